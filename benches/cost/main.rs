//! What a model costs that writes the memory: `cargo bench --bench cost -- [TRANSCRIPT…]`.
//!
//! Conversations are simulated at their own pace against the pure engine; no model is called and nothing is timed. Each
//! request is built as the server builds it, its tokens are our estimate, and its price is the list price. Compared
//! are requests of our own, requests behind the agent's context, and the summaries that an agent's user waits for.
//!
//! `--model NAME` is the model that writes, `--agent NAME` the agent's (default: the one that the transcript names),
//! `--window TOKENS` the agent's window, `--sample` the conversation that comes with the program. Without transcripts
//! the long ones of a folder beside the checkout are taken where there is one. Nothing here fails because something is dear.

mod context;
mod conversation;
mod request;
mod simulation;
mod table;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use self::conversation::Conversation;

/// Transcripts to take without being told, from this size on: shorter ones are never compacted.
const TRANSCRIPTS: &str = "../shared/transcripts/claude-code";
const LONG_BYTES: u64 = 1 << 20;
/// The model that writes, and the agent's where nothing names one.
const MODEL: &str = "claude-haiku-5-5";
const AGENT: &str = "claude-opus-5";

struct Arguments {
    transcripts: Vec<PathBuf>,
    sample: bool,
    model: String,
    agent: Option<String>,
    window: Option<u64>,
}

fn arguments() -> anyhow::Result<Arguments> {
    let mut found =
        Arguments { transcripts: Vec::new(), sample: false, model: MODEL.to_owned(), agent: None, window: None };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = |what: &str| given.next().with_context(|| format!("{argument} wants {what}"));
        match argument.as_str() {
            // What `cargo bench` says to every benchmark, and what is meant for the other one; this one is quick anyway.
            "--bench" | "--quick" => {}
            "--sample" => found.sample = true,
            "--model" => found.model = value("the name of a model")?,
            "--agent" => found.agent = Some(value("the name of a model")?),
            "--window" => found.window = Some(value("a number of tokens")?.parse().context("--window")?),
            option if option.starts_with("--") => {
                bail!("{option} is unknown; accepted are --sample, --model NAME, --agent NAME, --window TOKENS, files");
            }
            path => found.transcripts.push(path.into()),
        }
    }
    Ok(found)
}

/// The long transcripts of the folder beside the checkout.
fn found_beside() -> anyhow::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(TRANSCRIPTS);
    let mut paths = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if path.extension().is_some_and(|end| end == "jsonl") && entry.metadata()?.len() >= LONG_BYTES {
                paths.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}

fn main() -> anyhow::Result<()> {
    let mut arguments = arguments()?;
    if arguments.transcripts.is_empty() && !arguments.sample {
        arguments.transcripts = found_beside()?;
        arguments.sample = arguments.transcripts.is_empty();
    }
    let mut conversations = Vec::new();
    if arguments.sample {
        conversations.push(Conversation::sample()?);
    }
    for path in &arguments.transcripts {
        conversations.push(Conversation::read(path)?);
    }
    let mut rows = Vec::new();
    for conversation in &mut conversations {
        if let Some(window) = arguments.window {
            conversation.window = window;
        }
        let agent = arguments.agent.as_deref().or(conversation.model.as_deref()).unwrap_or(AGENT);
        let ways = simulation::run(conversation);
        rows.extend(table::rows(conversation, &ways, &arguments.model, agent));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(table::render(&rows).as_bytes())?;
    Ok(())
}
