//! `compact --agent`: the compacted context of an agent's session back into it.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

use super::hook::parse_agent;
use super::output;
use super::workspace::WorkspaceArg;
use crate::agents::Agent;
use crate::config::Config;
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
    let session = feeds
        .into_iter()
        .filter(|feed| feed.agent == agent.name())
        .filter_map(|feed| feed.session)
        .find(|session| args.session.as_ref().is_none_or(|named| named == session));
    let Some(session) = session else {
        bail!(
            "no hook of {} has told of a session in {}; `session-memory install {}` puts the hooks in",
            agent.title(),
            root.display(),
            agent.name()
        );
    };
    let local = Local::start(config.clone(), &root)?;
    let answer = deliver(&local, &session, args.way.as_deref())?;
    if as_json {
        output::answer(&answer.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(failed), Some(_)) = (answer["failed"].as_str(), answer["way"].as_str()) {
        output::note(&output::printable(&format!("{failed}; so it goes the other way")));
    }
    output::answer(answer["tell"].as_str().unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

fn deliver(local: &Local, session: &str, way: Option<&str>) -> anyhow::Result<Value> {
    let ask = |params: Value| local.request(Method::Deliver, &params);
    let way = match way {
        Some(way) => way.to_owned(),
        None => ask(json!({"sessionId": session}))?["ways"][0]["way"]
            .as_str()
            .ok_or_else(|| anyhow!("there is no way to bring a context back into this session"))?
            .to_owned(),
    };
    Ok(ask(json!({"sessionId": session, "way": way}))?)
}
