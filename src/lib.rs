//! `session-memory` keeps the memory of a coding-agent conversation up to date, so that compacting its context
//! never waits.
//!
//! # Theory of operation
//!
//! An editor extension or a hook sends every message and tool call of a conversation as an event
//! ([`wire::protocol`]). At the door secrets are removed ([`engine::redact`]); then the event is stored
//! ([`host::store`]) and only then acknowledged. The engine ([`engine::session`]) takes stored events in, keeps the
//! facts of the conversation current ([`engine::extract`]), writes them down as a memory of nine sections whenever
//! enough has happened and no tool call is open ([`engine::schedule`]), and has the answer to "compact"
//! ([`engine::compact`]) ready before anyone asks.
//!
//! The engine is pure. The server ([`server`]) feeds it and does what it asks: store, file, notification, answer.

pub mod agents;
pub mod cli;
pub mod config;
pub mod engine;
pub mod host;
pub mod logging;
pub mod server;
pub mod transcripts;
pub mod wire;
