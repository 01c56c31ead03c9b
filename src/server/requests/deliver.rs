//! `deliver`: the compacted context back into the agent, by one of the ways that it has.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::agents::Agent;
use crate::agents::delivery::Way;
use crate::host::process::line;
use crate::host::store::Feed;
use crate::server::delivery::{Made, Outcome};
use crate::server::main_loop::{Core, now, refused};
use crate::server::task::Reply;
use crate::wire::protocol::{DeliverParams, RequestError, params};

impl Core {
    pub(super) fn deliver(&mut self, text: &str, reply: Reply) {
        match self.delivery(text) {
            Ok(Delivery::Answer(answer)) => drop(reply.send(Ok(answer.to_string()))),
            Ok(Delivery::Make(made, processes)) => {
                let tasks = self.tasks.clone();
                let work = move || {
                    let answer = made.make(&tasks).map(|outcome| resumed(made.agent, outcome, &processes).to_string());
                    drop(reply.send(answer));
                };
                if let Err(error) = std::thread::Builder::new().name("deliver".to_owned()).spawn(work) {
                    tracing::error!("no thread for a delivery: {error}");
                }
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// The folder of a session that a hook has told of and nobody has read yet.
    fn fed(&mut self, id: &str) -> Option<PathBuf> {
        self.roots().into_iter().find(|root| {
            let feeds = self.workspace(root).ok().and_then(|workspace| workspace.store.feeds(0).ok());
            feeds.is_some_and(|feeds| feeds.iter().any(|feed| feed.session.as_deref() == Some(id)))
        })
    }

    fn delivery(&mut self, text: &str) -> Result<Delivery, RequestError> {
        let params: DeliverParams = params(text)?;
        let id = &params.session_id;
        let root = self.find(id).or_else(|error| self.fed(id).ok_or(error))?;
        let workspace = self.workspace(&root)?;
        let feeds = workspace.store.feeds(0).map_err(|error| refused(&error))?;
        let mut feeds = feeds.into_iter().filter(|feed| feed.session.as_deref() == Some(id));
        let mut feed = feeds.next();
        // A session that was made to be resumed has no process before somebody does: it is the one before that still runs.
        if let Some(feed) = feed.as_mut().filter(|feed| feed.process.is_none()) {
            feed.process = feeds.find_map(|feed| feed.process);
        }
        let row = workspace.store.session(id).map_err(|error| refused(&error))?;
        let named = feed.as_ref().map(|feed| feed.agent.clone()).or_else(|| row.and_then(|row| row.agent));
        let agent = named.as_deref().and_then(Agent::from_name);
        let ways: Vec<Way> = agent.map(|agent| ways(agent, feed.as_ref())).unwrap_or_default();
        let Some(wanted) = &params.way else {
            let processes = processes(feed.as_ref());
            let listed: Vec<Value> = agent
                .into_iter()
                .flat_map(|agent| ways.iter().map(move |way| json!({"way": way.name(), "title": way.title(agent)})))
                .collect();
            return Ok(Delivery::Answer(
                json!({"agent": named, "process": processes.first(), "parents": processes.get(1..).unwrap_or_default(), "ways": listed}),
            ));
        };
        let way = Way::from_name(wanted).filter(|way| ways.contains(way));
        let (Some(way), Some(agent)) = (way, agent) else {
            let names: Vec<&str> = ways.iter().map(|way| way.name()).collect();
            let problem = match names.as_slice() {
                [] => format!(
                    "is {wanted:?}; no agent with hooks feeds session {id:?}, so nothing can be delivered into one"
                ),
                names => format!("is {wanted:?}; accepted for this session are {}", names.join(", ")),
            };
            return Err(RequestError::invalid("way", problem));
        };
        match way {
            Way::Clear => {}
            Way::NextTurn | Way::NewChat => {
                let store = &mut self.workspace(&root)?.store;
                store.request_handover(agent.name(), id, now()).map_err(|error| refused(&error))?;
            }
            Way::Resume => {
                let workspace = self.workspace(&root)?;
                let (root, state) = (workspace.root.clone(), workspace.state.clone());
                let processes = processes(feed.as_ref());
                let transcript = feed.and_then(|feed| feed.transcript).map(Into::into);
                let made = Made { agent, root, state, session: id.clone(), transcript };
                return Ok(Delivery::Make(made, processes));
            }
        }
        Ok(Delivery::Answer(answer(agent, way, &processes(feed.as_ref()), None, None)))
    }
}

enum Delivery {
    Answer(Value),
    Make(Made, Vec<u32>),
}

/// Those that can be gone now. All need the agent's hooks but the one that makes a session of the agent's.
fn ways(agent: Agent, feed: Option<&Feed>) -> Vec<Way> {
    let hooked = feed.is_some_and(|feed| feed.process.is_some());
    let known = feed.is_some_and(|feed| feed.transcript.is_some());
    Way::of(agent).iter().copied().filter(|way| if *way == Way::Resume { known } else { hooked }).collect()
}

/// The agent's process and its ancestors, which tell an editor the terminal.
fn processes(feed: Option<&Feed>) -> Vec<u32> {
    feed.and_then(|feed| feed.process.as_deref()).map(line).unwrap_or_default()
}

fn resumed(agent: Agent, outcome: Outcome, processes: &[u32]) -> Value {
    match outcome {
        Outcome::Made(session) => answer(agent, Way::Resume, processes, Some(&session), None),
        // The other way is always there.
        Outcome::Failed(error) => answer(agent, Way::Clear, processes, None, Some(&error.to_string())),
        Outcome::Nothing(reason) => {
            let mut nothing = answer(agent, Way::Resume, processes, None, Some(&reason));
            nothing["way"] = Value::Null;
            nothing["tell"] = format!("There is nothing to compact: {reason}").into();
            nothing
        }
    }
}

fn answer(agent: Agent, way: Way, processes: &[u32], session: Option<&str>, failed: Option<&str>) -> Value {
    let (text, open, run) = match (way, agent, session) {
        (Way::Clear, ..) => (json!("/clear\r"), Value::Null, Value::Null),
        (Way::Resume, Agent::Codex, Some(id)) => (Value::Null, Value::Null, json!(["codex", "resume", id])),
        (Way::Resume, _, Some(id)) => (
            json!(format!("/resume {id}\r")),
            json!(format!("vscode://anthropic.claude-code/open?session={id}")),
            json!(["claude", "--resume", id]),
        ),
        _ => (Value::Null, Value::Null, Value::Null),
    };
    json!({
        "agent": agent.name(),
        "way": way.name(),
        "process": processes.first(),
        "parents": processes.get(1..).unwrap_or_default(),
        "type": text,
        "open": open,
        "run": run,
        "tell": way.tell(agent, session),
        "failed": failed,
    })
}
