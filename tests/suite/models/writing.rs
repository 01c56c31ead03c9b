//! What a model writes and the guard accepts becomes the memory.

use serde_json::json;

use super::{CORRECTION, memory, settings, start, start_with, talk, unwritten, written};
use crate::cli::run;
use crate::events::{prose, user};
use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, Server, Workspace};
use crate::vendor::{Api, Behaviour, Proxy, Recorded, Vendor, validate};

fn file(place: &Workspace) -> String {
    std::fs::read_to_string(place.memory_file("s")).unwrap()
}

#[test]
fn a_model_writes_the_prose_and_the_facts_stay() {
    let mut sent = Vec::new();
    for api in [Api::Anthropic, Api::OpenAi] {
        let place = Workspace::new();
        let vendor = Vendor::always(Behaviour::text(memory("The ingest is still being made faster.")));
        vendor.then(Behaviour::text(memory("The ingest is being made faster.")));
        let mut server = start(&place, &settings(&vendor, api));
        talk(&mut server, 1);
        // The first memory is there at once; the model's follows.
        let first = server.notification(DID_UPDATE, |params| params["source"] == "extractive");
        assert_eq!(first["revision"], 1);
        let update = written(&mut server);
        assert_eq!((&update["revision"], &update["origin"]), (&json!(2), &json!("background")));
        assert!(update["usage"]["inputTokens"].as_u64().unwrap() > 0, "{update}");
        assert_eq!(update["coveredThrough"], 3);
        let text = file(&place);
        assert!(text.contains("source: model") && text.contains("The ingest is being made faster."), "{text}");
        assert!(text.contains(CORRECTION), "{text}");
        // It stands in the answer too.
        let answer = server.call("compact", json!({"sessionId": "s", "apply": false, "targetTokens": 1200}));
        let memory = answer["messages"][0].to_string();
        assert!(memory.contains("being made faster") && memory.contains("never use tabs"), "{memory}");
        // An update is given the memory and what is new; the user's own lines and those of the model survive a restart.
        talk(&mut server, 2);
        let update = written(&mut server);
        assert_eq!(update["coveredThrough"], 6);
        drop(server);
        let requests = vendor.requests();
        assert_eq!(requests.len(), 2);
        let second = String::from_utf8_lossy(&requests[1].body).into_owned();
        assert!(second.contains("The ingest is being made faster.") && !second.contains(&prose(20, 1)), "{second}");
        let mut server = start(&place, &json!({}));
        let answer = server.call("compact", json!({"sessionId": "s", "apply": false, "targetTokens": 1200}));
        assert!(answer.to_string().contains("still being made faster"), "{answer}");
        let usage = run(&place.state(), &place.root(), &["usage", "--json"], "");
        let usage: serde_json::Value = serde_json::from_str(&usage.stdout).unwrap();
        assert_eq!(usage["calls"][0]["calls"], 2, "{usage}");
        sent.extend(requests);
    }
    validate(&sent).unwrap();
}

#[test]
fn an_answer_is_sent_back_once() {
    let bad = "<memory>\n## Current State\n- Nothing else.\n</memory>";
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Mended.")));
    vendor.then(Behaviour::text(bad));
    let mut server = start(&place, &settings(&vendor, Api::Anthropic));
    talk(&mut server, 1);
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    let update = written(&mut server);
    assert!(update["notes"][0].as_str().unwrap().starts_with("sent back: "), "{update}");
    let requests = vendor.requests();
    assert_eq!(requests.len(), 2);
    let messages = requests[1].json()["messages"].clone();
    assert_eq!(
        (messages.as_array().unwrap().len(), messages[1]["content"].to_string().contains("Nothing else")),
        (3, true)
    );
    // Not better the second time: the embedded memory stands.
    vendor.then(Behaviour::text(bad)).then(Behaviour::text(bad));
    talk(&mut server, 2);
    let update = unwritten(&mut server);
    assert!(update["notes"].to_string().contains("refused"), "{update}");
    assert!(file(&place).contains(CORRECTION));
    validate(&vendor.requests()).unwrap();
}

#[test]
fn a_refresh_waits_for_the_model_and_can_be_called_off() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Fresh.")));
    let mut server = start_with(&place, &settings(&vendor, Api::OpenAi), |options| {
        options.settings = json!({"initTokens": 10_000_000});
    });
    talk(&mut server, 1);
    let refreshed = server.call("refresh", json!({"sessionId": "s"}));
    assert_eq!(refreshed, json!({"revision": 2, "source": "model", "changed": true}));
    server.tolerate(DID_UPDATE);
    vendor.then(Behaviour::fault(crate::vendor::Fault::Hang));
    talk(&mut server, 2);
    let id = server.send("sessionMemory/refresh", r#"{"sessionId":"s"}"#);
    vendor.await_stalled(1);
    // Everything else goes on meanwhile.
    let answer = server.call("compact", json!({"sessionId": "s", "apply": false}));
    assert_eq!(answer["memory"]["freshness"], "fresh");
    server.notify("$/cancelRequest", json!({"id": id}));
    assert_eq!(server.answer(id).unwrap_err().code, -32800);
    vendor.await_abandoned(1);
    // The next one is asked again.
    let refreshed = server.call("refresh", json!({"sessionId": "s"}));
    assert_eq!(refreshed["source"], "model", "{refreshed}");
}

#[test]
fn a_refresh_while_the_model_is_at_work_is_about_the_newest_events_too() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Both are read.")));
    vendor.then(Behaviour::text(memory("The first part is read.")));
    let mut server = start(&place, &settings(&vendor, Api::Anthropic));
    server.tolerate(DID_UPDATE);
    vendor.hold();
    talk(&mut server, 1);
    vendor.await_requests(1);
    talk(&mut server, 2);
    let refresh = |server: &mut Server| server.send("sessionMemory/refresh", r#"{"sessionId":"s"}"#);
    let (one, two, off) = (refresh(&mut server), refresh(&mut server), refresh(&mut server));
    // What waits can be called off, and nothing else waits for it.
    server.notify("$/cancelRequest", json!({"id": off}));
    assert_eq!(server.answer(off).unwrap_err().code, -32800);
    assert_eq!(server.call("compact", json!({"sessionId": "s", "apply": false}))["memory"]["freshness"], "fresh");
    assert_eq!(vendor.requests().len(), 1);
    vendor.release();
    for id in [one, two] {
        let answer = server.answer(id).unwrap();
        assert!(answer.contains("\"source\":\"model\""), "{answer}");
    }
    let memory = server.call("memory", json!({"sessionId": "s"}));
    assert_eq!((&memory["coveredThrough"], &memory["source"]), (&json!(6), &json!("model")));
    assert!(memory["markdown"].as_str().unwrap().contains("Both are read."), "{memory}");
    assert_eq!(vendor.requests().len(), 2, "nothing was new for the second one");
}

#[test]
fn through_a_proxy_that_is_not_ours() {
    let backend = Vendor::always(Behaviour::text(memory("Passed on.")));
    let proxy = Proxy::before(&backend);
    let models = [
        ("anthropic", proxy.anthropic(), "by-messages", "model"),
        ("openai", proxy.openai(), "by-chat", "model"),
        ("openai", proxy.openai(), "too-many", "extractive"),
        ("anthropic", proxy.anthropic(), "broken", "extractive"),
    ];
    for (provider, address, model, source) in models {
        let place = Workspace::new();
        let user = json!({"provider": provider, "baseUrl": address, "model": model, "timeoutSeconds": 30});
        let mut server = start_with(&place, &user, |options| {
            options.credentials = json!({(provider): Proxy::KEY});
            // Nothing in the background, however slow the machine is: what is asked for is what is looked at.
            options.settings = json!({"initTokens": 10_000_000});
        });
        server.tolerate(DID_UPDATE);
        talk(&mut server, 1);
        let refreshed = server.request("sessionMemory/refresh", json!({"sessionId": "s"}));
        assert_eq!(refreshed.is_ok(), source == "model", "{model}: {refreshed:?}");
        let memory = server.call("memory", json!({"sessionId": "s"}));
        assert_eq!(memory["source"], source, "{model}: {refreshed:?}");
    }
}

#[test]
fn a_long_conversation_is_summarised_in_parts() {
    let place = Workspace::new();
    let line = |request: &Recorded| {
        let text = request.json().to_string();
        memory(if text.contains("parts are memories") { "Joined." } else { "A part." })
    };
    let vendor = Vendor::always(Behaviour::computed(line));
    let mut server = start_with(&place, &settings(&vendor, Api::Anthropic), |options| {
        options.settings = json!({"initTokens": 10_000_000});
    });
    server.tolerate(DID_CHANGE_PRESSURE);
    for at in 0..16 {
        server.append("s", &[user(&format!("long{at}"), &prose(9_000, at))]);
    }
    let refreshed = server.call("refresh", json!({"sessionId": "s", "workDoneToken": "t"}));
    assert_eq!(refreshed["source"], "model", "{refreshed}");
    assert!(!server.notifications("$/progress").is_empty());
    server.tolerate(DID_UPDATE);
    assert!(file(&place).contains("Joined."));
    assert!(vendor.requests().len() >= 3, "{}", vendor.requests().len());
    validate(&vendor.requests()).unwrap();
}

#[test]
fn behind_the_agents_own_request_where_that_is_cheaper() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Cached.")));
    let mut server = start(&place, &settings(&vendor, Api::Anthropic));
    let events = [
        json!({"type": "message", "message": {"role": "user", "content": prose(900, 1)}}),
        json!({"type": "message", "message": {"role": "assistant", "content": [{"type": "text", "text": prose(600, 2)}]}}),
    ];
    let tools = json!([{"name": "Bash", "input_schema": {"type": "object"}}]);
    let request = json!({"model": "claude-haiku-5-5", "system": "You are an agent.", "tools": tools});
    server.call("append", json!({"sessionId": "s", "events": events, "request": request}));
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    written(&mut server);
    let requests = vendor.requests();
    let body = requests[0].json();
    assert_eq!((&body["system"], &body["tools"]), (&json!("You are an agent."), &tools));
    assert_eq!(body["messages"][0], events[0]["message"]);
    assert_eq!(body["messages"][1]["content"][0]["cache_control"]["type"], "ephemeral", "where the agent's cache ends");
    assert_eq!(body["messages"].as_array().unwrap().len(), 3);
    // With a secret in it, it is not the agent's own request any more.
    let secret = format!("The token is ghp_{}.", "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zLaB3d");
    server.append("s", &[user("secret", &format!("{secret} {}", prose(1200, 3)))]);
    vendor.await_requests(2);
    assert!(vendor.requests()[1].json()["tools"].is_null());
    server.tolerate(DID_UPDATE);
    validate(&vendor.requests()).unwrap();
}

#[test]
fn the_editor_lends_its_model() {
    let place = Workspace::new();
    let mut server = start_with(&place, &json!({"provider": "editor"}), |options| options.lends = true);
    assert_eq!(server.initialized["capabilities"]["experimental"]["sessionMemory"]["provider"], "editor");
    talk(&mut server, 1);
    let (id, params) = server.asked("sessionMemory/complete");
    assert!(params["system"].is_string() && params["maxTokens"].is_u64(), "{params}");
    assert_eq!(params["messages"][0]["role"], "user");
    server.body(
        &json!({"jsonrpc": "2.0", "id": id, "result": {"text": memory("Lent."), "model": "vendor/family"}}).to_string(),
    );
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    written(&mut server);
    assert!(file(&place).contains("Lent."));
    let session = server.call("sessions", json!({}))["sessions"][0].clone();
    assert_eq!((&session["usage"]["calls"], &session["usage"]["costUsd"]), (&json!(1), &json!(null)), "{session}");
    // Without consent it is not asked again.
    talk(&mut server, 2);
    let (id, _) = server.asked("sessionMemory/complete");
    let error = json!({"code": -32002, "message": "no consent"});
    server.body(&json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string());
    unwritten(&mut server);
    talk(&mut server, 3);
    unwritten(&mut server);
}

#[test]
fn a_smaller_window_of_the_editors_model_is_found_out() {
    let place = Workspace::new();
    let user = json!({"provider": "editor"});
    let mut server = start_with(&place, &user, |options| {
        options.lends = true;
        options.settings["initTokens"] = json!(10_000_000);
    });
    server.tolerate(DID_UPDATE);
    for seed in 1..=4 {
        server.append("s", &[crate::events::user(&format!("l{seed}"), &prose(2500, seed))]);
    }
    let refresh = server.send("sessionMemory/refresh", r#"{"sessionId":"s"}"#);
    let (id, all) = server.asked("sessionMemory/complete");
    let error = json!({"code": -32005, "message": "too long"});
    server.body(&json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string());
    // Smaller parts, and what joins them.
    let size = |params: &serde_json::Value| params["messages"].to_string().len();
    let mut parts = 0;
    while let Some((id, part)) = server.asked_before("sessionMemory/complete", refresh) {
        assert!(size(&part) < size(&all), "{} of {}", size(&part), size(&all));
        parts += 1;
        let result = json!({"text": memory("Made of parts.")});
        server.body(&json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string());
    }
    assert!(parts > 1, "{parts}");
    assert!(server.answer(refresh).unwrap().contains("\"source\":\"model\""));
}

#[test]
fn the_editor_is_told_that_nobody_waits_for_its_model() {
    let place = Workspace::new();
    let user = json!({"provider": "editor", "timeoutSeconds": 30});
    let mut server = start_with(&place, &user, |options| options.lends = true);
    server.tolerate(DID_UPDATE);
    server.append("s", &[crate::events::user("u1", "Please make it faster.")]);
    let refresh = server.send("sessionMemory/refresh", r#"{"sessionId":"s"}"#);
    let (id, _) = server.asked("sessionMemory/complete");
    server.notify("$/cancelRequest", json!({"id": refresh}));
    assert_eq!(server.notification("$/cancelRequest", |_| true)["id"], id);
    assert_eq!(server.answer(refresh).unwrap_err().code, -32800);
    // A late answer is heard and forgotten, whatever it says.
    let late = json!({"text": memory("Too late.")});
    server.body(&json!({"jsonrpc": "2.0", "id": id, "result": late}).to_string());
    let text = server.call("memory", json!({"sessionId": "s"}))["markdown"].as_str().unwrap().to_owned();
    assert!(!text.contains("Too late."), "{text}");
}
