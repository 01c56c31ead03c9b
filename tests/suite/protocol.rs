//! The methods one by one: what is promised of every result, the same by method and by command, and `initialize`.

use serde_json::{Value, json};

use crate::events::{Script, Voice, assistant, call, result, user};
use crate::harness::{DID_CHANGE_PRESSURE, DID_UPDATE, Options, Server, Workspace, file_uri};
use crate::shape::has_shape;

const METHODS: [&str; 18] = [
    "append", "compact", "deliver", "refresh", "memory", "history", "diff", "restore", "blame", "explain", "pin",
    "search", "events", "timeline", "sessions", "discover", "import", "forget",
];
const ORIGIN: &str = "background|refresh|user|compact|restore";
const PRESSURE: &str = "low|light|medium|heavy";

fn memory_state() -> Value {
    json!({"revision": "uint", "freshness": "none|fresh|stale", "behindTokens": "uint", "updating": "bool", "deferred": "bool"})
}

/// The documented result of every method.
pub fn shape_of(method: &str) -> Value {
    match method {
        "append" => {
            json!({"seq": "uint", "stored": "uint", "duplicates": "uint", "contextTokens": "uint", "contextLimit": "uint",
            "pressure": PRESSURE, "openToolCalls": ["text"], "memory": memory_state()})
        }
        "compact" => json!({"compacted": "bool", "reason?": "text", "messages": ["any"], "markdown?": "text",
            "keepFrom": {"seq": "uint", "id?": "text"},
            "memory": {"revision": "uint", "coveredThrough": "uint", "source": "model|extractive|user", "freshness": "fresh|stale",
                "behindTokens": "uint", "uri": "uri"},
            "tokensBefore": "uint", "tokensAfter": "uint", "masked": [{"seq": "uint", "tokens": "uint"}],
            "retrieved": [{"seq": "uint", "score": "number"}], "warnings": ["text"], "elapsedMicros": "uint"}),
        "refresh" => json!({"revision": "uint", "source": "model|extractive|user", "changed": "bool"}),
        "memory" => {
            json!({"markdown": "text", "revision": "uint", "coveredThrough": "uint", "source": "model|extractive|user",
            "uri": "uri", "updatedAt": "time"})
        }
        "history" => json!({"revisions": [{"revision": "uint", "at": "time", "source": "model|extractive|user",
            "origin": ORIGIN, "coveredThrough": "uint", "tokens": "uint", "addedLines": "uint",
            "removedLines": "uint"}]}),
        "diff" => {
            json!({"from": "uint", "to": "uint", "unified": "text", "hunks": [{"oldStart": "uint", "oldLines": "uint",
            "newStart": "uint", "newLines": "uint", "lines": ["text"]}], "addedLines": "uint", "removedLines": "uint"})
        }
        "restore" | "pin" => {
            json!({"revision": "uint", "source": "model|extractive|user", "coveredThrough": "uint", "uri": "uri"})
        }
        "blame" => {
            json!({"revision": "uint", "lines": [{"section": "text", "text": "text", "event": "uint?", "revision": "uint",
            "at": "time", "origin": ORIGIN, "own": "bool"}]})
        }
        "explain" => json!({"compaction": "uint", "at": "time", "by": "session-memory|agent", "revision": "uint",
            "tokensBefore": "uint", "tokensAfter": "uint", "verbatim": {"fromSeq": "uint", "toSeq": "uint"},
            "lines": [{"section": "text", "text": "text", "event": "uint?"}], "masked": [{"seq": "uint", "tokens": "uint"}],
            "searchable": [{"fromSeq": "uint", "toSeq": "uint"}], "summary": "text"}),
        "search" => {
            json!({"hits": [{"sessionId": "text", "seq": "uint", "role": "system|user|assistant|tool", "score": "number",
            "snippet": "text", "at": "time"}]})
        }
        "deliver" => {
            json!({"agent": "text?", "process": "uint?", "parents": ["uint"], "ways": [{"way": "clear|resume|next-turn|new-chat", "title": "text"}]})
        }
        "events" => json!({"events": ["any"]}),
        "timeline" => json!({"contextTokens": "uint", "contextLimit": "uint", "pressureLevels": ["number"],
            "points": [{"seq": "uint", "at": "time", "contextTokens": "uint"}],
            "updates": [{"revision": "uint", "seq": "uint", "at": "time", "origin": ORIGIN, "source": "model|extractive|user"}],
            "compactions": [{"compaction": "uint", "seq": "uint", "at": "time", "tokensBefore": "uint", "tokensAfter": "uint"}]}),
        "sessions" => {
            json!({"sessions": [{"sessionId": "text", "agent": "text?", "startedAt": "time", "lastEventAt": "time",
            "events": "uint", "contextTokens": "uint", "contextLimit": "uint", "pressure": PRESSURE, "memory": memory_state(),
            "uri": "uri", "title": "text?", "usage": "any"}]})
        }
        "discover" => {
            json!({"sessions": [{"agent": "text", "path": "text", "sessionId": "text", "title": "text?", "startedAt?": "time",
            "modifiedAt": "time", "live": "bool", "attached": "bool", "by": "hook|import?"}]})
        }
        "import" => json!({"sessionId": "text", "format": "claude-code|messages", "events": "uint", "skipped": "uint"}),
        "forget" => json!({}),
        other => panic!("{other}"),
    }
}

/// A call of every method, each at least once with every parameter.
fn calls(place: &Workspace) -> Vec<(&'static str, Value)> {
    let script = Script::long(Voice::Anthropic, 8, 300);
    let folder = file_uri(&place.root());
    let messages =
        json!([{"role": "user", "content": "Read the pelican file."}, {"role": "assistant", "content": "Done."}]);
    let path = place.write("conversation.json", messages.to_string());
    vec![
        (
            "append",
            json!({"sessionId": "s", "workspaceFolder": folder, "contextLimit": 100_000, "agent": "tester", "events": script.events}),
        ),
        (
            "append",
            json!({"sessionId": "s", "events": [call("last", "Bash", json!({"command": "ls"})), result("last", "file")]}),
        ),
        ("refresh", json!({"sessionId": "s"})),
        ("refresh", json!({"sessionId": "s", "workDoneToken": "token"})),
        (
            "compact",
            json!({"sessionId": "s", "targetTokens": 1500, "format": "openai", "apply": false, "query": "ingest pipeline"}),
        ),
        ("compact", json!({"sessionId": "s", "targetTokens": 1500, "format": "markdown", "apply": false})),
        ("compact", json!({"sessionId": "s", "targetTokens": 1500, "instructions": "Keep the names."})),
        ("memory", json!({"sessionId": "s"})),
        ("memory", json!({"sessionId": "s", "revision": 1})),
        ("history", json!({"sessionId": "s"})),
        ("diff", json!({"sessionId": "s", "from": 0, "to": 1})),
        ("diff", json!({"sessionId": "s", "from": 1})),
        (
            "pin",
            json!({"sessionId": "s", "section": "User Intent", "text": "For the memory: Keep the names.", "pinned": true}),
        ),
        (
            "pin",
            json!({"sessionId": "s", "section": "User Intent", "text": "For the memory: Keep the names.", "pinned": false}),
        ),
        ("restore", json!({"sessionId": "s", "revision": 1})),
        ("blame", json!({"sessionId": "s"})),
        ("blame", json!({"sessionId": "s", "revision": 1})),
        ("explain", json!({"sessionId": "s"})),
        ("explain", json!({"sessionId": "s", "compaction": 1})),
        (
            "search",
            json!({"query": "ingest pipeline", "sessionId": "s", "limit": 3, "roles": ["user", "assistant", "system", "tool"]}),
        ),
        ("search", json!({"query": "ingest pipeline"})),
        ("events", json!({"sessionId": "s", "fromSeq": 2, "toSeq": 4})),
        ("timeline", json!({"sessionId": "s"})),
        ("deliver", json!({"sessionId": "s"})),
        ("timeline", json!({"sessionId": "s", "points": 2})),
        (
            "import",
            json!({"path": path, "format": "auto", "sessionId": "imported", "workspaceFolder": folder, "follow": false, "workDoneToken": 7}),
        ),
        ("import", json!({"path": "conversation.json", "format": "messages"})),
        ("sessions", json!({"workspaceFolder": folder})),
        ("discover", json!({"workspaceFolder": folder})),
        ("discover", json!({})),
        ("sessions", json!({})),
        ("forget", json!({"sessionId": "s"})),
        ("sessions", json!({})),
    ]
}

/// A result without what belongs to a place or a moment.
fn comparable(value: &Value, place: &Workspace) -> Value {
    match value {
        Value::Object(fields) => {
            let moment =
                |name: &str| matches!(name, "elapsedMicros" | "at" | "updatedAt" | "startedAt" | "lastEventAt");
            let kept = fields.iter().filter(|(name, _)| !moment(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), comparable(value, place))).collect())
        }
        Value::Array(values) => values.iter().map(|value| comparable(value, place)).collect(),
        Value::String(text) => {
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("updated: ")).collect();
            Value::String(lines.join("\n").replace(&place.root().display().to_string(), "/ws"))
        }
        other => other.clone(),
    }
}

#[test]
fn methods_and_commands_give_the_same_documented_results() {
    let mut results = Vec::new();
    for by_command in [false, true] {
        let place = Workspace::new();
        let mut server = Server::quiet(&place);
        let mut said = Vec::new();
        for (method, params) in calls(&place) {
            let answer = if by_command {
                server.command(method, params.clone())
            } else {
                server.request(method, params.clone())
            };
            let answer = answer.unwrap_or_else(|error| panic!("{method} {params:.300}: {error:?}"));
            has_shape(&answer, &shape_of(method));
            said.push((method, comparable(&answer, &place)));
        }
        for params in server.notifications("$/progress") {
            has_shape(
                &params,
                &json!({"token": "any", "value": {"kind": "begin|report|end", "title?": "text", "cancellable?": "bool", "percentage?": "uint", "message?": "text"}}),
            );
        }
        for params in server.notifications(DID_UPDATE) {
            has_shape(
                &params,
                &json!({"sessionId": "text", "revision": "uint", "uri": "uri", "origin": ORIGIN,
                "source": "model|extractive|user", "coveredThrough": "uint", "unified": "text", "addedLines": "uint", "removedLines": "uint"}),
            );
        }
        for params in server.notifications(DID_CHANGE_PRESSURE) {
            has_shape(
                &params,
                &json!({"sessionId": "text", "pressure": PRESSURE, "contextTokens": "uint", "contextLimit": "uint"}),
            );
        }
        results.push(said);
    }
    let commands = results.pop().unwrap();
    for (one, two) in results.pop().unwrap().into_iter().zip(commands) {
        assert_eq!(one, two);
    }
}

#[test]
fn initialize_tells_what_the_server_can_do() {
    let place = Workspace::new();
    let server = Server::start(&place);
    let capabilities = &server.initialized["capabilities"];
    assert_eq!(capabilities["experimental"], json!({"sessionMemory": {"protocol": 1, "provider": "extractive"}}));
    let commands: Vec<String> = METHODS.iter().map(|method| format!("sessionMemory.{method}")).collect();
    assert_eq!(capabilities["executeCommandProvider"]["commands"], json!(commands));
    assert_eq!(capabilities["workspace"]["workspaceFolders"], json!({"supported": true, "changeNotifications": true}));
    assert!(!capabilities["textDocumentSync"].is_null());
    assert_eq!(
        server.initialized["serverInfo"],
        json!({"name": "session-memory", "version": env!("CARGO_PKG_VERSION")})
    );
}

#[test]
fn the_lifecycle_is_kept() {
    let place = Workspace::new();
    let options = Options { folders: vec![place.root()], ..Options::default() };
    let mut server = Server::spawn(&place, &options);
    assert_eq!(server.refused("sessions", json!({})).code, -32002, "before initialize");
    server.call("initialize", json!({"capabilities": {}, "rootUri": file_uri(&place.root())}));
    assert_eq!(server.refused("initialize", json!({"capabilities": {}})).code, -32600, "a second time");
    assert_eq!(server.append("s", &[user("a", "by rootUri")])["seq"], 1);
    assert!(
        server.call("sessions", json!({}))["sessions"][0]["uri"]
            .as_str()
            .unwrap()
            .starts_with(&file_uri(&place.root()))
    );
    assert_eq!(server.refused("nonsense", json!({})).code, -32601);
    server.notify("sessionMemory/nonsense", json!({}));
    server.notify(
        "textDocument/didOpen",
        json!({"textDocument": {"uri": "file:///x", "languageId": "markdown", "version": 1, "text": "x"}}),
    );
    server.notify("$/unknown", json!({}));
    assert_eq!(server.call("shutdown", Value::Null), Value::Null);
    assert_eq!(server.refused("sessions", json!({})).code, -32600, "after shutdown");
    server.notify("exit", Value::Null);
    assert_eq!(server.ended(), 0);
}

#[test]
fn sessions_without_a_folder_need_one_named() {
    let place = Workspace::new();
    let mut server = Server::with(&place, |options| options.folders.clear());
    let error = server.refused("append", json!({"sessionId": "s", "events": [user("a", "x")]}));
    assert_eq!((error.code, &error.data["field"]), (-32602, &json!("workspaceFolder")));
    for named in [file_uri(&place.root()), place.root().display().to_string()] {
        server.call("append", json!({"sessionId": "s", "workspaceFolder": named, "events": [assistant("b", "y")]}));
    }
    assert_eq!(
        server.call("events", json!({"sessionId": "s", "fromSeq": 1, "toSeq": 9}))["events"],
        json!([assistant("b", "y")])
    );
}
