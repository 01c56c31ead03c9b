//! The compacted context back into the agent: by the method, by the command line, and what the agent then reads.

use serde_json::{Value, json};

use super::claude_code::{CORRECTION, begun, tell};
use super::{append, await_events, record, sessions};
use crate::cli::run;
use crate::harness::{Server, Workspace, files_under};

fn compact(place: &Workspace, args: &[&str]) -> crate::cli::Done {
    let args: Vec<&str> = ["compact", "--agent", "claude-code"].into_iter().chain(args.iter().copied()).collect();
    run(&place.state(), &place.root(), &args, "")
}

#[test]
fn a_session_is_made_that_the_agent_resumes() {
    let place = Workspace::new();
    let path = begun(&place, "one", 40);
    let done = compact(&place, &["--way", "resume", "--json"]);
    let answer = done.json();
    assert_eq!((&answer["way"], &answer["failed"]), (&json!("resume"), &Value::Null), "{answer}");
    let id = answer["run"][2].as_str().unwrap().to_owned();
    assert_eq!(answer["run"], json!(["claude", "--resume", id]));
    assert_eq!(answer["type"], format!("/resume {id}\r"));
    assert!(answer["tell"].as_str().unwrap().contains(&id));
    // Beside the one before, in the same form.
    let made = path.with_file_name(format!("{id}.jsonl"));
    let text = std::fs::read_to_string(&made).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        records.iter().all(|record| record["sessionId"] == id && record["version"] == "2.1.7" && record["cwd"] == "/w")
    );
    assert!(records[0]["message"].to_string().contains(CORRECTION));
    assert!(text.contains("All 40 exports of one are moved.") && records.len() < 40, "{}", records.len());
    // What the agent adds to it goes on with the same session here; what we wrote is no news.
    await_events(&place, "one", 84);
    tell(&place, &id, &made, "UserPromptSubmit", &json!({"prompt": "go on"}));
    append(&made, &record(&id, 900, &json!({"role": "user", "content": "go on with it"})));
    await_events(&place, "one", 85);
    assert_eq!(sessions(&place).len(), 1);
}

#[test]
fn an_unknown_version_is_left_alone() {
    let place = Workspace::new();
    let path = begun(&place, "one", 40);
    // The agent was brought up to date meanwhile.
    let newer = record("one", 84, &json!({"role": "user", "content": "And now?"})).replace("2.1.7", "9.0.0");
    append(&path, &newer);
    let transcripts = || {
        let files = files_under(path.parent().unwrap());
        files.iter().filter(|file| file.extension().is_some_and(|end| end == "jsonl")).count()
    };
    let answer = compact(&place, &["--way", "resume", "--json"]).json();
    assert_eq!(answer["way"], "clear");
    assert!(answer["failed"].as_str().unwrap().contains("9.0.0"), "{answer}");
    assert_eq!(transcripts(), 1, "nothing is left behind");
    let told = compact(&place, &["--way", "resume"]);
    assert!(told.stderr.contains("9.0.0") && told.stdout.contains("/clear"), "{} {}", told.stdout, told.stderr);
}

#[test]
fn what_is_possible_is_said_first() {
    let place = Workspace::new();
    compact(&place, &[]).is_refused("no session was ever stored");
    let path = begun(&place, "one", 20);
    assert!(compact(&place, &[]).stdout.contains("Type /clear in Claude Code"));
    compact(&place, &["--session", "two"]).is_refused("install claude-code");
    compact(&place, &["--way", "magic"]).is_refused("clear, resume");
    compact(&place, &["--way", "new-chat"]).is_refused("clear, resume");
    let mut server = Server::quiet(&place);
    let possible = server.call("deliver", json!({"sessionId": "one"}));
    let ways: Vec<&str> = possible["ways"].as_array().unwrap().iter().map(|way| way["way"].as_str().unwrap()).collect();
    assert_eq!((ways, possible["process"].as_u64()), (vec!["clear", "resume"], Some(u64::from(std::process::id()))));
    assert_eq!(server.refused("deliver", json!({"sessionId": "two"})).code, -32001);
    drop(server);
    assert!(path.is_file());
}

/// Gemini, Copilot, Cursor: asked for once, given once.
#[test]
fn a_handover_is_given_to_the_next_session_of_its_agent() {
    for (agent, way, event) in [("copilot", "new-chat", "SessionStart"), ("cursor", "new-chat", "sessionStart")] {
        let place = Workspace::new();
        let tell = |session: &str, event: &str, more: Value| {
            let mut payload = json!({"session_id": session, "hook_event_name": event, "cwd": place.root()});
            payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            super::hook(&place, &["--agent", agent], &payload).stdout
        };
        tell("a", "UserPromptSubmit", json!({"prompt": CORRECTION}));
        tell("a", "Stop", json!({"last_assistant_message": "Understood."}));
        assert_eq!(tell("b", event, json!({"source": "new"})), "", "nothing was asked for");
        tell("a", "Stop", json!({"last_assistant_message": "Understood, again."}));
        let args = ["compact", "--agent", agent, "--way", way, "--session", "a"];
        let asked = run(&place.state(), &place.root(), &args, "");
        assert!(asked.stdout.contains("new chat"), "{} {}", asked.stdout, asked.stderr);
        assert!(tell("c", event, json!({"source": "new"})).contains(CORRECTION), "{agent}");
        assert_eq!(tell("d", event, json!({"source": "new"})), "", "once");
        // It goes on with the same memory.
        tell("c", "UserPromptSubmit", json!({"prompt": "And on."}));
        await_events(&place, "a", 4);
    }
}
