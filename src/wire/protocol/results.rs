//! Results of the methods as they are answered.

use serde::Serialize;

#[cfg(doc)]
use super::Method;
use crate::engine::settings::Pressure;

/// State of a memory, as [`Method::Append`] and [`Method::Sessions`] tell it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryState {
    /// 0 where there is none yet.
    pub revision: u64,
    /// `none`, `fresh`, `stale`.
    pub freshness: &'static str,
    /// Tokens that it does not cover.
    pub behind_tokens: u64,
    /// An update is under way.
    pub updating: bool,
    /// An update is due and waits for an open tool call to end.
    pub deferred: bool,
}

/// Result of [`Method::Append`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppendResult<'a> {
    /// Number of the last event stored.
    pub seq: u64,
    /// Events stored.
    pub stored: usize,
    /// Events skipped because they were known.
    pub duplicates: usize,
    /// Use of the window.
    pub context_tokens: u64,
    /// The window.
    pub context_limit: u64,
    /// Its level.
    pub pressure: Pressure,
    /// Calls without a result.
    pub open_tool_calls: Vec<&'a str>,
    /// The memory.
    pub memory: MemoryState,
}

/// A shortened or left-out event in a compact answer.
#[derive(Debug, Serialize)]
pub struct Masked {
    /// The event.
    pub seq: u64,
    /// What it would have cost.
    pub tokens: u32,
}

/// An event brought back into a compact answer.
#[derive(Debug, Serialize)]
pub struct Retrieved {
    /// The event.
    pub seq: u64,
    /// How well it fits the query, higher is better.
    pub score: f64,
}

/// First verbatim event of a compact answer.
#[derive(Debug, Serialize)]
pub struct KeepFrom<'a> {
    /// Its number.
    pub seq: u64,
    /// The client's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
}

/// The memory behind a compact answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompactMemory<'a> {
    /// Its version.
    pub revision: u64,
    /// The last event it stands for.
    pub covered_through: u64,
    /// `model`, `extractive`, `user`.
    pub source: &'a str,
    /// `fresh` or `stale`.
    pub freshness: &'static str,
    /// Tokens it does not cover.
    pub behind_tokens: u64,
    /// The file.
    pub uri: &'a str,
}

/// Result of [`Method::Compact`], its `messages` aside: they are JSON already and are spliced in as they are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompactResult<'a> {
    /// False: nothing was gained, nothing was applied.
    pub compacted: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// The same as one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<&'a str>,
    /// First verbatim event.
    pub keep_from: KeepFrom<'a>,
    /// The memory.
    pub memory: CompactMemory<'a>,
    /// Size of the messages before.
    pub tokens_before: u64,
    /// Size of the answer.
    pub tokens_after: u64,
    /// Tool outputs left out.
    pub masked: Vec<Masked>,
    /// Events brought back for a query.
    pub retrieved: Vec<Retrieved>,
    /// What the caller should know.
    pub warnings: &'a [String],
    /// Time the server took.
    pub elapsed_micros: u64,
}
