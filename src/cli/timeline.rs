//! What happened during a replay, in the order of the conversation.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::output::number;

/// A point of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Events so far.
    pub event: u64,
    /// Messages of the user so far.
    pub turn: u64,
    /// Use of the window in tokens.
    pub tokens: u64,
    /// What happened here besides.
    pub what: Option<Happening>,
}

/// Something worth a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Another level.
    Pressure(String),
    /// A new version of the memory.
    Update {
        /// Its number.
        revision: u64,
        /// Lines added and removed.
        lines: (u64, u64),
    },
    /// An update had to wait for an open tool call.
    Deferred,
    /// A compaction.
    Compaction {
        /// Size after it, in tokens.
        after: u64,
        /// Time from request to answer as the client saw it, in microseconds.
        micros: u64,
        /// Tool outputs left out.
        masked: usize,
        /// What the original agent did here, if it compacted: seconds it let its user wait, size of its summary in tokens.
        original: Option<(Option<f64>, u64)>,
    },
    /// Nothing was gained.
    NotCompacted(String),
}

/// The whole replay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Size of the window in tokens.
    pub limit: u64,
    /// Every event.
    pub moments: Vec<Moment>,
}

impl Moment {
    /// The moment for scripts.
    pub fn to_json(&self) -> Value {
        let (kind, more) = match &self.what {
            None => ("event", json!({})),
            Some(Happening::Pressure(level)) => ("pressure", json!({"level": level})),
            Some(Happening::Update { revision, lines }) => {
                ("update", json!({"revision": revision, "added": lines.0, "removed": lines.1}))
            }
            Some(Happening::Deferred) => ("deferred", json!({})),
            Some(Happening::NotCompacted(reason)) => ("notCompacted", json!({"reason": reason})),
            Some(Happening::Compaction { after, micros, masked, original }) => {
                let original =
                    original.map(|(waited, summary)| json!({"waitedSeconds": waited, "summaryTokens": summary}));
                ("compaction", json!({"after": after, "micros": micros, "masked": masked, "original": original}))
            }
        };
        json!({"event": self.event, "turn": self.turn, "tokens": self.tokens, "kind": kind, "detail": more})
    }
}

impl Timeline {
    /// A line for everything that happened.
    pub fn render(&self) -> String {
        let mut text = format!("{:>7} {:>5} {:>9}  what\n", "event", "turn", "tokens");
        for moment in &self.moments {
            if let Some(what) = &moment.what {
                let _ = writeln!(
                    text,
                    "{:>7} {:>5} {:>9}  {}",
                    moment.event,
                    moment.turn,
                    number(moment.tokens),
                    describe(what)
                );
            }
        }
        text.push_str(&self.summary());
        text
    }

    fn count(&self, is: fn(&Happening) -> bool) -> usize {
        self.moments.iter().filter(|moment| moment.what.as_ref().is_some_and(is)).count()
    }

    fn summary(&self) -> String {
        let last = self.moments.last();
        let mut text = format!(
            "\n{} events, {} user messages, {} updates of the memory, {} put off because a tool call was open, {} compactions\n",
            last.map_or(0, |moment| moment.event),
            last.map_or(0, |moment| moment.turn),
            self.count(|what| matches!(what, Happening::Update { .. })),
            self.count(|what| matches!(what, Happening::Deferred)),
            self.count(|what| matches!(what, Happening::Compaction { .. })),
        );
        let (mut ours, mut theirs) = (0.0, 0.0);
        for moment in &self.moments {
            if let Some(Happening::Compaction { micros, original: Some((Some(seconds), _)), .. }) = &moment.what {
                #[expect(clippy::cast_precision_loss, reason = "microseconds of one request")]
                let waited = *micros as f64 / 1e6;
                ours += waited;
                theirs += seconds;
            }
        }
        if theirs > 0.0 {
            let _ = writeln!(text, "Waiting for compaction: {ours:.3} s here, {theirs:.0} s with the original agent");
        }
        text
    }
}

fn describe(what: &Happening) -> String {
    match what {
        Happening::Pressure(level) => format!("pressure is {level}"),
        Happening::Update { revision, lines: (added, removed) } => {
            format!("memory revision {revision} (+{added} −{removed} lines)")
        }
        Happening::Deferred => "update put off: a tool call is open".to_owned(),
        Happening::NotCompacted(reason) => format!("not compacted: {reason}"),
        Happening::Compaction { after, micros, masked, original } => {
            #[expect(clippy::cast_precision_loss, reason = "microseconds of one request")]
            let millis = *micros as f64 / 1e3;
            let mut text = format!("COMPACTED to {} tokens in {millis:.1} ms", number(*after));
            if *masked > 0 {
                let _ = write!(text, ", {masked} tool outputs left out");
            }
            if let Some((waited, summary)) = original {
                let waited = waited.map_or_else(|| "an unknown time".to_owned(), |seconds| format!("{seconds:.0} s"));
                let _ = write!(text, "; the original agent took {waited} for a summary of {} tokens", number(*summary));
            }
            text
        }
    }
}
