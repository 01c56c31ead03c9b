//! `compact`: the compacted messages of a transcript, without a server and without storing anything; and with `--agent` the
//! compacted context of a session back into its agent.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::ValueEnum;
use serde_json::json;

use super::{deliver, output, transcript};
use crate::config::Config;
use crate::engine::compact::Shape;
use crate::engine::effect::{CompactAnswer, Effect};
use crate::engine::event::{CompactRequest, Event};
use crate::engine::intake::Intake;
use crate::engine::message::Format;
use crate::engine::session::{MIN_TARGET, Session};
use crate::transcripts::Item;

/// Arguments of `compact`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A transcript file, or `-` for stdin (there also `{"messages": […], "budget": N}`)
    #[arg(required_unless_present = "agent", conflicts_with = "agent")]
    transcript: Option<PathBuf>,
    #[command(flatten)]
    deliver: deliver::DeliverArgs,
    /// Size of the whole answer in tokens; default: a quarter of a window of 200,000
    #[arg(long, value_name = "N")]
    target_tokens: Option<u64>,
    /// Shape of the answer; default: that of the transcript
    #[arg(long, value_enum)]
    format: Option<ShapeArg>,
    /// Print an object with the messages and all figures
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ShapeArg {
    Anthropic,
    Openai,
    Markdown,
}

impl From<ShapeArg> for Shape {
    fn from(shape: ShapeArg) -> Shape {
        match shape {
            ShapeArg::Anthropic => Shape::Messages(Format::Anthropic),
            ShapeArg::Openai => Shape::Messages(Format::OpenAi),
            ShapeArg::Markdown => Shape::Markdown,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let Some(path) = &args.transcript else { return deliver::run(&args.deliver, args.json, config) };
    let transcript = transcript::read(path)?;
    let target = args.target_tokens.or(transcript.budget);
    if let Some(target) = target.filter(|&target| target < MIN_TARGET) {
        bail!("a target of {target} tokens is too small; {MIN_TARGET} or more are accepted");
    }
    let answer = compact(&transcript.items, target, args.format.map(Shape::from), config)?;
    if let Some(reason) = &answer.reason {
        output::note(&format!("not compacted: {reason}"));
    }
    for warning in &answer.warnings {
        output::note(&format!("warning: {warning}"));
    }
    if args.json {
        let messages: serde_json::Value = serde_json::from_str(&answer.messages)?;
        let masked: Vec<_> = answer.masked.iter().map(|(seq, tokens)| json!({"seq": seq, "tokens": tokens})).collect();
        let object = json!({
            "compacted": answer.reason.is_none(),
            "reason": answer.reason,
            "messages": messages,
            "markdown": answer.markdown,
            "keepFrom": answer.keep_from.0,
            "tokensBefore": answer.tokens_before,
            "tokensAfter": answer.tokens_after,
            "masked": masked,
            "warnings": answer.warnings,
        });
        output::answer(&object.to_string());
    } else {
        output::answer(answer.markdown.as_deref().unwrap_or(&answer.messages));
    }
    Ok(ExitCode::SUCCESS)
}

fn compact(
    items: &[Item],
    target: Option<u64>,
    shape: Option<Shape>,
    config: &Config,
) -> anyhow::Result<CompactAnswer> {
    let mut session = Session::new("transcript", config.engine.clone());
    let mut seq = 0;
    for item in items {
        match item {
            Item::Event(raw) => {
                let intake = Intake::new(raw, config.redact).map_err(|error| anyhow!("event {}: {error}", seq + 1))?;
                seq += 1;
                session.apply(0, Event::Appended(vec![intake.stored(seq, 0)]));
            }
            // What the agent itself summed up is out of its context; here it is part of the conversation.
            Item::Compacted(_) | Item::Rewound { .. } => {}
        }
    }
    let request = CompactRequest { target, shape, apply: false, instructions: None, passages: Vec::new() };
    let effects = session.apply(0, Event::Compact(request));
    effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Compacted { answer, .. } => Some((*answer).clone()),
            _ => None,
        })
        .ok_or_else(|| anyhow!("the engine gave no answer; this is a fault of the program"))
}
