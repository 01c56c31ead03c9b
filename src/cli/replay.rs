//! `replay`: feeds a transcript to a real server over its pipes, event by event as an editor would, compacts when an
//! editor would, and shows what happened.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::client::Client;
use super::timeline::{Happening, Moment, Timeline};
use super::transcript::Transcript;
use super::workspace::WorkspaceArg;
use super::{chart, output, transcript};
use crate::engine::tokens;
use crate::transcripts::{Compaction, Item};

/// A conversation of our own, in the format of Claude Code.
const SAMPLE: &[u8] = include_bytes!("sample.jsonl");
/// Window for the sample: small, so that a short conversation shows what a long one does.
const SAMPLE_LIMIT: u64 = 48_000;

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A transcript file, or `-` for stdin
    #[arg(required_unless_present = "sample", conflicts_with = "sample")]
    transcript: Option<PathBuf>,
    /// Replay the conversation that comes with the program
    #[arg(long)]
    sample: bool,
    /// Draw the size of the context over the conversation into this file
    #[arg(long, value_name = "FILE.svg")]
    chart: Option<PathBuf>,
    /// Size of the model's window in tokens [default: 200000, with --sample 48000]
    #[arg(long, value_name = "N")]
    context_limit: Option<u64>,
    /// Print the timeline as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let root = args.workspace.root()?;
    let (transcript, name) = match &args.transcript {
        Some(path) => (
            transcript::read(path)?,
            path.file_stem().map_or_else(|| "stdin".into(), |stem| stem.to_string_lossy().into_owned()),
        ),
        None => (transcript::parse(SAMPLE, "the sample")?, "sample".to_owned()),
    };
    let limit = args.context_limit.unwrap_or(if args.sample { SAMPLE_LIMIT } else { 200_000 });
    let mut replay = Replay {
        client: Client::start(&root)?,
        session: format!("replay-{name}"),
        timeline: Timeline { limit, moments: Vec::new() },
        agent: transcript.format.name(),
        state: State::default(),
    };
    replay.forget_earlier();
    replay.feed(&transcript)?;
    let (path, tokens) = replay.finish()?;
    if let Some(file) = &args.chart {
        let svg = chart::render(&replay.timeline, &format!("Context size during {name}"));
        std::fs::write(file, svg).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    if args.json {
        output::answer(&replay.to_json(&path).to_string());
    } else {
        let skipped = if transcript.skipped > 0 {
            format!(" ({} records of the file are not part of it)", transcript.skipped)
        } else {
            String::new()
        };
        output::answer(&format!(
            "{}{skipped}\n\nmemory: {path} ({} tokens)\n",
            replay.timeline.render().trim_end(),
            output::number(tokens)
        ));
    }
    replay.client.stop()?;
    Ok(ExitCode::SUCCESS)
}

struct Replay {
    client: Client,
    session: String,
    timeline: Timeline,
    agent: &'static str,
    state: State,
}

/// What the last answer said.
#[derive(Default)]
struct State {
    events: u64,
    turns: u64,
    tokens: u64,
    revision: u64,
    deferred: bool,
    compacted: bool,
}

impl Replay {
    /// A replay of the same file before this one is not part of it.
    fn forget_earlier(&mut self) {
        let _ = self.client.request("sessionMemory/forget", &json!({"sessionId": self.session}).to_string());
    }

    fn feed(&mut self, transcript: &Transcript) -> anyhow::Result<()> {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(transcript.items.len() as u64)
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(
            ProgressStyle::with_template("{bar:40} {pos}/{len} events, {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        for item in &transcript.items {
            match item {
                Item::Event(raw) => self.event(raw)?,
                Item::Compacted(compaction) => self.compact(Some(compaction))?,
                Item::Rewound { .. } => {}
            }
            bar.inc(1);
            bar.set_message(format!("{} tokens", output::number(self.state.tokens)));
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn event(&mut self, raw: &str) -> anyhow::Result<()> {
        let event: Value = serde_json::from_str(raw).context("an event of the transcript is unreadable")?;
        // The original agent reports the size of its own context, which is another one after a compaction here.
        if event["type"] == "usage" && self.state.compacted {
            return Ok(());
        }
        let params = format!(
            r#"{{"sessionId":{},"agent":"{}","contextLimit":{},"events":[{raw}]}}"#,
            Value::from(self.session.as_str()),
            self.agent,
            self.timeline.limit
        );
        let answer = self.client.request("sessionMemory/append", &params)?;
        self.state.events += 1;
        self.state.turns += u64::from(is_prompt(&event));
        self.state.tokens = answer["contextTokens"].as_u64().unwrap_or(0);
        let deferred = answer["memory"]["deferred"] == true;
        if deferred && !self.state.deferred {
            self.moment(Some(Happening::Deferred));
        }
        self.state.deferred = deferred;
        self.moment(None);
        if answer["memory"]["updating"] == true {
            // Between two events of a real conversation there is time for that.
            self.client.request("sessionMemory/memory", &json!({"sessionId": self.session}).to_string())?;
        }
        self.notifications();
        if answer["pressure"] == "heavy" && answer["openToolCalls"].as_array().is_none_or(Vec::is_empty) {
            self.compact(None)?;
        }
        Ok(())
    }

    fn moment(&mut self, what: Option<Happening>) {
        let State { events, turns, tokens, .. } = self.state;
        self.timeline.moments.push(Moment { event: events, turn: turns, tokens, what });
    }

    fn notifications(&mut self) {
        for (method, params) in self.client.notifications() {
            match method.as_str() {
                "sessionMemory/didUpdate" => {
                    self.state.revision = params["revision"].as_u64().unwrap_or(0);
                    let lines =
                        (params["addedLines"].as_u64().unwrap_or(0), params["removedLines"].as_u64().unwrap_or(0));
                    self.moment(Some(Happening::Update { revision: self.state.revision, lines }));
                }
                "sessionMemory/didChangePressure" => {
                    let level = params["pressure"].as_str().unwrap_or_default().to_owned();
                    self.moment(Some(Happening::Pressure(level)));
                }
                "window/showMessage" => {
                    output::note(&output::printable(params["message"].as_str().unwrap_or_default()));
                }
                _ => {}
            }
        }
    }

    fn compact(&mut self, original: Option<&Compaction>) -> anyhow::Result<()> {
        let params = json!({"sessionId": self.session});
        let begun = Instant::now();
        let answer = self.client.request("sessionMemory/compact", &params.to_string())?;
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        if answer["compacted"] != true {
            self.moment(Some(Happening::NotCompacted(answer["reason"].as_str().unwrap_or_default().to_owned())));
            return Ok(());
        }
        self.state.compacted = true;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of one wait")]
        let original = original.map(|compaction| {
            let waited = compaction.waited_ms.map(|ms| ms as f64 / 1e3);
            (waited, u64::from(compaction.summary.as_deref().map_or(0, tokens::estimate)))
        });
        let after = self.state.tokens.saturating_sub(answer["tokensBefore"].as_u64().unwrap_or(0))
            + answer["tokensAfter"].as_u64().unwrap_or(0);
        let masked = answer["masked"].as_array().map_or(0, Vec::len);
        self.moment(Some(Happening::Compaction { after, micros, masked, original }));
        self.state.tokens = after;
        self.notifications();
        Ok(())
    }

    /// Brings the memory up to date; gives the path of its file and its size.
    fn finish(&mut self) -> anyhow::Result<(String, u64)> {
        let params = json!({"sessionId": self.session}).to_string();
        self.client.request("sessionMemory/refresh", &params)?;
        self.notifications();
        let memory = self.client.request("sessionMemory/memory", &params)?;
        let path = memory["uri"].as_str().and_then(|uri| uri.strip_prefix("file://")).map(decode).unwrap_or_default();
        Ok((path, memory["markdown"].as_str().map_or(0, |text| u64::from(tokens::estimate(text)))))
    }

    fn to_json(&self, path: &str) -> Value {
        let moments: Vec<Value> = self.timeline.moments.iter().map(Moment::to_json).collect();
        json!({"sessionId": self.session, "contextLimit": self.timeline.limit, "memory": path, "moments": moments})
    }
}

/// A message in which a person speaks.
fn is_prompt(event: &Value) -> bool {
    let content = &event["message"]["content"];
    let text = content.is_string()
        || content.as_array().is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "text"));
    event["message"]["role"] == "user" && event["meta"] != true && text
}

fn decode(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}
