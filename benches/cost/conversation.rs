//! A conversation to be simulated: a transcript's events with their times, and where its agent compacted.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use serde::Deserialize;
use session_memory::engine::event::Stored;
use session_memory::engine::intake::Intake;
use session_memory::engine::session::DEFAULT_CONTEXT_LIMIT;
use session_memory::transcripts::{Item, detect, read_all};

/// The conversation that comes with the program, and the window that `replay` gives it.
const SAMPLE: &[u8] = include_bytes!("../../src/cli/sample.jsonl");
const SAMPLE_WINDOW: u64 = 48_000;
/// Time between two events of a transcript that does not tell, in milliseconds.
const STEP: i64 = 10_000;

/// What happens in a conversation.
pub enum Step {
    /// An event is stored, at a time in milliseconds since the epoch.
    Event(i64, Box<Stored>),
    /// The agent summarises its context.
    Compacted,
}

/// A conversation.
pub struct Conversation {
    /// What it is called in the table.
    pub name: String,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// The model that answers most, where the transcript says so.
    pub model: Option<String>,
    /// The agent's window in tokens.
    pub window: u64,
}

#[derive(Deserialize)]
struct Row {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    model: Option<String>,
}

impl Conversation {
    /// The sample.
    pub fn sample() -> anyhow::Result<Conversation> {
        Conversation::parse(SAMPLE, "sample", SAMPLE_WINDOW)
    }

    /// A transcript.
    pub fn read(path: &Path) -> anyhow::Result<Conversation> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Conversation::parse(&bytes, &name, DEFAULT_CONTEXT_LIMIT)
    }

    fn parse(bytes: &[u8], name: &str, window: u64) -> anyhow::Result<Conversation> {
        let Some(format) = detect(bytes) else { bail!("{name} is not a transcript") };
        let (items, _) = read_all(format, bytes);
        let mut steps = Vec::new();
        let (mut seq, mut now) = (0, 0);
        let mut summary_follows = false;
        for item in items {
            match item {
                // The agent's summary is none of ours.
                Item::Event(_) if std::mem::take(&mut summary_follows) => {}
                Item::Event(raw) => {
                    seq += 1;
                    let intake = Intake::new(&raw, true).map_err(|error| anyhow!("{name}, event {seq}: {error}"))?;
                    // Times that go back are those of prompts that waited in a queue.
                    now = intake.event.at.unwrap_or(now + STEP).max(now);
                    steps.push(Step::Event(now, Box::new(intake.stored(seq, now))));
                }
                Item::Compacted(compaction) => {
                    summary_follows = compaction.summary.is_some();
                    steps.push(Step::Compacted);
                }
                Item::Rewound { .. } => {}
            }
        }
        Ok(Conversation { name: name.to_owned(), steps, model: model(bytes), window })
    }

    /// Estimated tokens of all events.
    pub fn tokens(&self) -> u64 {
        let tokens = |step: &Step| match step {
            Step::Event(_, stored) => match stored.as_ref() {
                Stored::Turn { record, .. } => u64::from(record.tokens),
                Stored::Usage { .. } => 0,
            },
            Step::Compacted => 0,
        };
        self.steps.iter().map(tokens).sum()
    }
}

/// The model that most answers of a transcript of JSON lines name.
fn model(bytes: &[u8]) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        if let Ok(Row { message: Some(Message { model: Some(model) }) }) = serde_json::from_slice(line)
            && !model.starts_with('<')
        {
            *counts.entry(model).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(model, _)| model)
}
