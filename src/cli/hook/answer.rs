//! What a hook answers: the compacted context of the conversation that goes on.
//!
//! - After the agent's context was cleared: memory and tail of the session that the same process had before. The new session
//!   goes on with the same memory here. Who clears twice, without a word in between, wants it empty and gets nothing.
//! - Before the agent compacts by itself: the answer is made and kept, and where the agent lets a hook speak to its summariser,
//!   that is told to be brief. Afterwards the answer is given.
//! - Where a handover was asked for: to the agent's next session.
//! - To one that was resumed: nothing, because its agent restores all of it. What was asked for waits for another.

use serde_json::{Value, json};

use super::{Context, now};
use crate::agents::Agent;
use crate::agents::hook::{Happened, Reply, Room, Start, parts};
use crate::host::feeding;
use crate::host::memory_file::file_uri;
use crate::host::store::{Feed, Store};
use crate::server::local::Local;
use crate::wire::protocol::{Method, RequestError};

/// How old an answer may be that another handler of the same event has made, in milliseconds.
const SAME_EVENT_MS: i64 = 20_000;
/// How old one may be that was made before the agent's own compaction: that takes minutes.
const COMPACTING_MS: i64 = 15 * 60_000;
/// How long a handover stands, in milliseconds.
const HANDOVER_MS: i64 = 10 * 60_000;
/// What the agent's summariser is told. Whether a model obeys is its business; the memory is given in any case.
const BRIEFLY: &str = "A session memory with the full state of this conversation is added right after this compaction. \
                       A summary of one line is enough: <analysis>-</analysis><summary>See the session memory.</summary>";

/// The answer, if there is one.
pub fn answer(context: &Context, feed: &Feed) -> anyhow::Result<Option<String>> {
    let call = &context.call;
    let reply = |text: Option<String>| text.map(|text| Reply::Context(&text).text(call));
    match &call.happened {
        // Its agent restores all of it.
        Happened::Started(Start::Resumed) => Ok(None),
        Happened::Started(start) => {
            // The handlers of one event run at once; the first makes the answer for all.
            let _turn = feeding::turn(&context.state)?;
            let mut store = Store::join_within(&context.state, context.patience)?;
            let recent = if *start == Start::Compact { COMPACTING_MS } else { SAME_EVENT_MS };
            if let Some(text) = store.answer(&call.session, now() - recent)? {
                return Ok(reply(part(&text, context)));
            }
            let asked = store.take_handover(call.agent.name(), now() - HANDOVER_MS)?;
            let text = match (asked, start) {
                (Some(session), _) => hand_over(context, &mut store, &session)?,
                (None, Start::Clear) => match before(&store, feed)? {
                    Some(session) => hand_over(context, &mut store, &session)?,
                    None => String::new(),
                },
                (None, Start::Compact) => match &feed.session {
                    Some(session) => compacted(context, session, call.transcript.as_deref(), false)?.0,
                    None => String::new(),
                },
                (None, Start::New | Start::Resumed) => return Ok(None),
            };
            store.put_answer(&call.session, now(), &text)?;
            Ok(reply(part(&text, context)))
        }
        // The others take no context after a compaction of their own, and Gemini CLI tells of one at every turn.
        Happened::Compacting if matches!(call.agent, Agent::ClaudeCode | Agent::Codex) => {
            let Some(session) = &feed.session else { return Ok(None) };
            let (text, fresh) = compacted(context, session, call.transcript.as_deref(), false)?;
            Store::join_within(&context.state, context.patience)?.put_answer(&call.session, now(), &text)?;
            Ok((fresh && !text.is_empty()).then(|| Reply::Instruct(BRIEFLY).text(call)))
        }
        Happened::Answered { again: false, .. } if call.agent == Agent::Gemini => {
            let mut store = Store::join_within(&context.state, context.patience)?;
            let Some(session) = store.take_handover(call.agent.name(), now() - HANDOVER_MS)? else { return Ok(None) };
            let (text, _) = compacted(context, &session, call.transcript.as_deref(), true)?;
            Ok((!text.is_empty()).then(|| Reply::GoOnWith(&text).text(call)))
        }
        _ => Ok(None),
    }
}

/// The session here that the agent's process fed before this one.
fn before(store: &Store, feed: &Feed) -> anyhow::Result<Option<String>> {
    let Some(process) = &feed.process else { return Ok(None) };
    let feeds = store.feeds(0)?;
    let earlier = feeds.into_iter().find(|other| {
        other.agent_session != feed.agent_session
            && other.agent == feed.agent
            && other.process.as_ref() == Some(process)
    });
    // Nothing was said since the last time: the context is to be empty.
    Ok(earlier.filter(|earlier| earlier.prompts > 0).and_then(|earlier| earlier.session))
}

/// The context of a session, which the agent's new one goes on with.
fn hand_over(context: &Context, store: &mut Store, session: &str) -> anyhow::Result<String> {
    let transcript = store
        .feeds(0)?
        .into_iter()
        .find(|feed| feed.session.as_deref() == Some(session) && feed.agent_session != context.call.session)
        .and_then(|feed| feed.transcript);
    let (text, _) = compacted(context, session, transcript.as_deref().map(std::path::Path::new), true)?;
    if !text.is_empty() {
        store.join_feed(&context.call.session, session)?;
    }
    Ok(text)
}

/// Memory and tail of a session as one text within the agent's limits, empty where there is nothing of it; and whether the
/// memory is fresh. With `apply` the session goes on from there.
fn compacted(
    context: &Context,
    session: &str,
    transcript: Option<&std::path::Path>,
    apply: bool,
) -> anyhow::Result<(String, bool)> {
    let local = Local::start(context.config.clone(), &context.root)?;
    Ok(compact(&local, context, session, transcript, apply)?)
}

fn compact(
    local: &Local,
    context: &Context,
    session: &str,
    transcript: Option<&std::path::Path>,
    apply: bool,
) -> Result<(String, bool), RequestError> {
    // What was written last, nobody may have read yet.
    if let Some(path) = transcript.filter(|path| path.is_file()) {
        let params = json!({"path": path, "sessionId": session, "workspaceFolder": file_uri(&context.root)});
        local.request(Method::Import, &params)?;
    }
    let room = Room::of(context.call.agent);
    let mut target = (room.handler * room.handlers / 4) as u64;
    let ask = |target: u64, apply: bool| {
        let params = json!({"sessionId": session, "format": "handover", "targetTokens": target, "apply": apply});
        match local.request(Method::Compact, &params) {
            Err(error) if error.code == crate::wire::protocol::code::UNKNOWN_SESSION => Ok(Value::Null),
            answered => answered,
        }
    };
    // Tokens are no characters; what does not fit is asked for again, smaller.
    for _ in 0..6 {
        let answer = ask(target, false)?;
        let Some(text) = answer["markdown"].as_str() else { return Ok((String::new(), false)) };
        if parts(text, room).len() <= room.handlers {
            let fresh = answer["memory"]["freshness"] == "fresh";
            let text = text.trim_start().to_owned();
            if apply && answer["compacted"] == true {
                ask(target, true)?;
            }
            return Ok((text, fresh));
        }
        target = (target * 4 / 5).max(1000);
    }
    Ok((String::new(), false))
}

/// The part that this handler gives.
fn part(text: &str, context: &Context) -> Option<String> {
    parts(text, Room::of(context.call.agent)).into_iter().nth(context.part)
}
