//! `compact --agent`: the compacted context of an agent's session back into it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

use super::hook::parse_agent;
use super::output;
use super::workspace::WorkspaceArg;
use crate::agents::Agent;
use crate::config::Config;
use crate::host::memory_file::file_uri;
use crate::host::store::Feed;
use crate::server::local::Local;
use crate::wire::protocol::Method;

/// Arguments of `compact --agent`.
#[derive(Debug, clap::Args)]
pub struct DeliverArgs {
    /// Compact this agent's session in the workspace: make it ready and say what is left to do
    #[arg(long, value_parser = parse_agent)]
    agent: Option<Agent>,
    /// Which session; default: the newest of the agent
    #[arg(long, requires = "agent")]
    session: Option<String>,
    /// How: clear, resume, next-turn, new-chat; default: the first that the agent has
    #[arg(long, requires = "agent", value_name = "WAY")]
    way: Option<String>,
    #[command(flatten)]
    workspace: WorkspaceArg,
}

/// Runs the command.
pub fn run(args: &DeliverArgs, as_json: bool, config: &Config) -> anyhow::Result<ExitCode> {
    let agent = args.agent.ok_or_else(|| anyhow!("no agent is named"))?;
    let (root, store) = args.workspace.open()?;
    let feeds = store.feeds(0)?;
    drop(store);
    let feed = feeds.into_iter().find(|feed| {
        feed.agent == agent.name()
            && feed.session.is_some()
            && args.session.as_ref().is_none_or(|named| feed.session.as_ref() == Some(named))
    });
    let Some(feed) = feed else {
        bail!(
            "no hook of {} has told of a session in {}; `session-memory install {}` puts the hooks in",
            agent.title(),
            root.display(),
            agent.name()
        );
    };
    let local = Local::start(config.clone(), &root)?;
    let answer = deliver(&local, &root, &feed, args.way.as_deref());
    local.end();
    let answer = answer?;
    if as_json {
        output::answer(&answer.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(failed) = answer["failed"].as_str() {
        output::note(&output::printable(&format!("{failed}; so it goes the other way")));
    }
    output::answer(answer["tell"].as_str().unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

fn deliver(local: &Local, root: &Path, feed: &Feed, way: Option<&str>) -> anyhow::Result<Value> {
    let session = feed.session.as_deref().unwrap_or_default();
    // What was written last may not have been read yet.
    if let Some(path) = feed.transcript.as_deref().filter(|path| Path::new(path).is_file()) {
        let params = json!({"path": path, "sessionId": session, "workspaceFolder": file_uri(root)});
        local.request(Method::Import, &params).map_err(|error| anyhow!("{}", error.message))?;
    }
    let ask = |params: Value| local.request(Method::Deliver, &params).map_err(|error| anyhow!("{}", error.message));
    let way = match way {
        Some(way) => way.to_owned(),
        None => ask(json!({"sessionId": session}))?["ways"][0]["way"]
            .as_str()
            .ok_or_else(|| anyhow!("there is no way to bring a context back into this session"))?
            .to_owned(),
    };
    ask(json!({"sessionId": session, "way": way}))
}
