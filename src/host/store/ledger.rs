//! The ledger of model calls: what each took and cost, and how it ended.
//!
//! The rows outlive their session: [`Store::forget`] takes the session off them and leaves numbers and the names of
//! model and provider, so that forgetting a conversation does not give its spent tokens back to the caps. A row holds
//! no text of a conversation.

use rusqlite::types::ToSql;
use rusqlite::{Row, params};

use super::schema::all;
use super::{Answer, CompactionKind, SessionKey, Store, StoreError};
use crate::engine::prices::Priced;
use crate::engine::prompt::{Purpose, Usage};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Most of anything that one row holds. A provider that reports nonsense must not make the sums overflow, which is
/// an error in `SQLite` and would stop every call after it.
const MOST: u64 = 1 << 40;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its answer became a memory.
    Accepted,
    /// Its answer became a memory after it was mended.
    Repaired,
    /// Its answer could not be used.
    Refused,
    /// There was no answer.
    Failed,
    /// It was called off.
    Cancelled,
}

impl Outcome {
    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Repaired => "repaired",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// A call to a model.
#[derive(Clone, Copy, Debug)]
pub struct ModelCall<'a> {
    /// When it ended.
    pub at: i64,
    /// The provider, as the settings name it.
    pub provider: &'a str,
    /// The model that was asked.
    pub model: &'a str,
    /// What it was for.
    pub purpose: Purpose,
    /// How it ended.
    pub outcome: Outcome,
    /// What it took.
    pub usage: Usage,
    /// What it cost; `None` where the model has no known price.
    pub price: Option<Priced>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// The calls of one session to one model on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallSum {
    /// The beginning of the day, in UTC.
    pub day: i64,
    /// The session's id; `None` for sessions that were forgotten.
    pub session: Option<String>,
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// How many calls.
    pub calls: u64,
    /// How many of them needed mending.
    pub repaired: u64,
    /// How many had no usable answer.
    pub refused: u64,
    /// How many had no answer.
    pub failed: u64,
    /// How many were called off.
    pub cancelled: u64,
    /// Their tokens.
    pub usage: Usage,
    /// The cost of those that have a price.
    pub price: Priced,
    /// How many have none.
    pub unpriced: u64,
    /// How long they took together, in milliseconds.
    pub elapsed_ms: u64,
}

/// What calls took together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// How many calls.
    pub calls: u64,
    /// Tokens in and out, cached ones included.
    pub tokens: u64,
    /// The cost of those that have a price, in millionths of a USD.
    pub cost_micros: u64,
}

/// What was spent lately by all processes on this store, forgotten sessions included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In the last hour.
    pub hour: Spending,
    /// Since the day began in UTC.
    pub day: Spending,
}

fn bounded(value: u64) -> i64 {
    value.min(MOST).cast_signed()
}

fn read_sum(row: &Row) -> Answer<CallSum> {
    let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(CallSum {
        day: row.get(0)?,
        session: row.get(1)?,
        provider: row.get(2)?,
        model: row.get(3)?,
        calls: count(4)?,
        repaired: count(5)?,
        refused: count(6)?,
        failed: count(7)?,
        cancelled: count(8)?,
        usage: Usage {
            input_tokens: count(9)?,
            output_tokens: count(10)?,
            cache_read_tokens: count(11)?,
            cache_creation_tokens: count(12)?,
        },
        price: Priced { cost_micros: count(13)?, saved_micros: count(14)? },
        unpriced: count(15)?,
        elapsed_ms: count(16)?,
    })
}

impl Store {
    /// Notes a call. Where the session was forgotten meanwhile, the call is noted without it.
    pub fn record_call(&mut self, key: SessionKey, call: &ModelCall) -> Result<(), StoreError> {
        let insert = || {
            let sql = "INSERT INTO calls (at, session, provider, model, purpose, outcome, input, output, cache_read,
                    cache_creation, cost, saved, elapsed)
                VALUES (?1, (SELECT key FROM sessions WHERE key = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
            self.connection.prepare_cached(sql)?.execute(params![
                call.at,
                key.0,
                call.provider,
                call.model,
                call.purpose.name(),
                call.outcome.name(),
                bounded(call.usage.input_tokens),
                bounded(call.usage.output_tokens),
                bounded(call.usage.cache_read_tokens),
                bounded(call.usage.cache_creation_tokens),
                call.price.map(|price| bounded(price.cost_micros)),
                call.price.map(|price| bounded(price.saved_micros)),
                bounded(call.elapsed_ms),
            ])
        };
        insert().map(|_| ()).map_err(|e| self.error(e))
    }

    /// The calls since `since`, of one session or of all, summed for each day (UTC), session and model; the newest
    /// day first.
    pub fn calls(&self, session: Option<SessionKey>, since: i64) -> Result<Vec<CallSum>, StoreError> {
        let only = if session.is_some() { "AND session = ?2" } else { "" };
        let sql = format!(
            "SELECT at / {DAY} * {DAY} AS day, (SELECT id FROM sessions WHERE key = session) AS id, provider, model,
                count(*), sum(outcome = 'repaired'), sum(outcome = 'refused'), sum(outcome = 'failed'),
                sum(outcome = 'cancelled'), sum(input), sum(output), sum(cache_read), sum(cache_creation),
                coalesce(sum(cost), 0), coalesce(sum(saved), 0), sum(cost IS NULL), sum(elapsed)
            FROM calls WHERE at >= ?1 {only} GROUP BY day, session, provider, model
            ORDER BY day DESC, max(at) DESC, id, provider, model"
        );
        let select = || {
            let mut values: Vec<&dyn ToSql> = vec![&since];
            values.extend(session.as_ref().map(|key| &key.0 as &dyn ToSql));
            self.connection.prepare_cached(&sql)?.query_map(&*values, read_sum)?.collect::<Answer<_>>()
        };
        select().map_err(|e| self.error(e))
    }

    /// What was spent in the hour before `now` and on its day. A clock that was set back makes calls of the future:
    /// those up to an hour ahead count as of this hour.
    pub fn spent(&self, now: i64) -> Result<Spent, StoreError> {
        let day = now.div_euclid(DAY).saturating_mul(DAY);
        Ok(Spent {
            hour: self.spending(now.saturating_sub(HOUR), now.saturating_add(HOUR))?,
            day: self.spending(day.saturating_sub(1), day.saturating_add(DAY))?,
        })
    }

    /// What calls after `after` and before `before` took.
    fn spending(&self, after: i64, before: i64) -> Result<Spending, StoreError> {
        let sql = "SELECT count(*), coalesce(sum(input + output), 0), coalesce(sum(cost), 0) FROM calls
            WHERE at > ?1 AND at < ?2";
        let select = || {
            self.connection.prepare_cached(sql)?.query_row([after, before], |row| {
                let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
                Ok(Spending { calls: count(0)?, tokens: count(1)?, cost_micros: count(2)? })
            })
        };
        select().map_err(|e| self.error(e))
    }

    /// How large the context was before each compaction that this program made since `since`, oldest first: what a
    /// summary made at that moment would have had to read.
    pub fn compacted_tokens(&self, key: SessionKey, since: i64) -> Result<Vec<u64>, StoreError> {
        let select = || {
            let (first, last) = all(key);
            let sql = "SELECT tokens_before FROM compactions WHERE rowid BETWEEN ?1 AND ?2 AND at >= ?3 AND kind = ?4
                ORDER BY rowid";
            let ours = CompactionKind::Ours.name();
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![first, last, since, ours], |row| row.get::<_, u32>(0))?;
            rows.map(|tokens| tokens.map(u64::from)).collect::<Answer<_>>()
        };
        select().map_err(|e| self.error(e))
    }
}
