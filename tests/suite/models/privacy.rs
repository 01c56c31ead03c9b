//! What leaves the machine, and for whom.

use serde_json::json;
use session_memory::engine::redact::examples;

use super::{memory, on_request, settings, start, start_with, talk, written};
use crate::events::{assistant, call, result, user};
use crate::harness::{DID_UPDATE, Server, Workspace, files_under, has_bytes};
use crate::vendor::{Api, Behaviour, Vendor};

#[test]
fn a_workspace_names_no_provider() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Stolen.")));
    let hostile = json!({
        "provider": "anthropic", "baseUrl": vendor.anthropic(), "model": "x", "backgroundTokensPerHour": 1_000_000,
        "prices": {}, "redact": false,
    });
    for folder in [".vscode", ".session-memory"] {
        std::fs::create_dir(place.root().join(folder)).unwrap();
    }
    place.write(".env", format!("ANTHROPIC_BASE_URL={}\nSESSION_MEMORY_PROVIDER=anthropic\n", vendor.anthropic()));
    place.write(
        ".vscode/settings.json",
        json!({"sessionMemory.provider": "anthropic", "sessionMemory.baseUrl": vendor.anthropic()}).to_string(),
    );
    place.write(
        ".session-memory/config.toml",
        format!("provider = \"anthropic\"\nbaseUrl = \"{}\"\n", vendor.anthropic()),
    );
    let mut server = Server::with(&place, |options| {
        options.settings = hostile.clone();
        options.settings["initTokens"] = json!(1000);
        options.env = vec![("ANTHROPIC_API_KEY", "sk-ant-canary".to_owned())];
    });
    server.tolerate("window/showMessage");
    server.tolerate(DID_UPDATE);
    server.notify("workspace/didChangeConfiguration", json!({"settings": {"sessionMemory": hostile}}));
    talk(&mut server, 1);
    assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "extractive");
    assert_eq!(vendor.connections(), 0);
}

#[test]
fn a_key_goes_only_where_it_belongs() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Keyed.")));
    // The vendor's own key is not for this address; one that the editor hands over for it is.
    let env = vec![("ANTHROPIC_API_KEY", "sk-ant-canary".to_owned())];
    let mut server = start_with(&place, &settings(&vendor, Api::Anthropic), |options| options.env.clone_from(&env));
    talk(&mut server, 1);
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    written(&mut server);
    drop(server);
    let mut server = start_with(&place, &settings(&vendor, Api::Anthropic), |options| {
        options.env = env;
        options.credentials = json!({"anthropic": "handed-over"});
    });
    server.tolerate(DID_UPDATE);
    talk(&mut server, 2);
    server.call("refresh", json!({"sessionId": "s"}));
    let keys: Vec<Option<String>> =
        vendor.requests().iter().map(|request| request.header("x-api-key").map(str::to_owned)).collect();
    assert_eq!(keys, [None, Some("handed-over".to_owned())]);
    for path in files_under(&place.state()).into_iter().chain(files_under(&place.root())) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!has_bytes(&bytes, "handed-over") && !has_bytes(&bytes, "sk-ant-canary"), "{}", path.display());
    }
}

/// A secret of every kind, wherever a conversation may have one.
#[test]
fn no_secret_reaches_a_provider() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Clean.")));
    let mut server = on_request(&place, &settings(&vendor, Api::OpenAi));
    let secrets = examples();
    assert!(secrets.len() > 60);
    for (at, (text, _)) in secrets.iter().enumerate() {
        let inside = json!({"value": text, "nested": json!({"t": text}).to_string()});
        server.append(
            "s",
            &[
                user(&format!("u{at}"), &format!("Take this for it: {text}")),
                call(&format!("c{at}"), "Bash", json!({"command": format!("run --with '{text}'"), "inside": inside})),
                result(&format!("c{at}"), &format!("{inside}\n{text}\n")),
                assistant(&format!("a{at}"), &format!("I used {text} for it.")),
            ],
        );
    }
    talk(&mut server, 1);
    let wish = format!("Keep {}", secrets[3].0);
    server.call("compact", json!({"sessionId": "s", "apply": false, "instructions": wish}));
    assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "model");
    let answer = server.call("compact", json!({"sessionId": "s"})).to_string();
    let file = place.memory_file("s");
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + "\nmine: " + &secrets[3].0 + "\n").unwrap();
    server.notification(DID_UPDATE, |params| params["origin"] == "user");
    drop(server);
    let bodies: Vec<Vec<u8>> = vendor.requests().into_iter().map(|request| request.body).collect();
    assert!(!bodies.is_empty() && bodies.iter().any(|body| has_bytes(body, "[redacted:")));
    // The store, the memory file and the log.
    let files = files_under(&place.state()).into_iter().chain(files_under(&place.root()));
    let kept: Vec<Vec<u8>> = files.map(|path| std::fs::read(path).unwrap()).collect();
    for (text, secret) in &secrets {
        let left = bodies.iter().chain(&kept).any(|bytes| has_bytes(bytes, secret)) || answer.contains(secret);
        assert!(!left, "{text:?}");
    }
}

/// Halves of a secret in two events are no secret to anyone who sees one of them, and the program never puts them together:
/// between the texts of two events there is always a mark of its own.
#[test]
fn a_secret_in_two_events_is_never_made_whole() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Clean.")));
    let mut server = start(&place, &settings(&vendor, Api::Anthropic));
    server.tolerate(DID_UPDATE);
    let mut secrets: Vec<String> = examples().into_iter().map(|(_, secret)| secret).collect();
    // Some stand in the half of a longer one.
    let all = secrets.clone();
    secrets.retain(|secret| !all.iter().any(|other| other != secret && other.contains(secret.as_str())));
    assert!(secrets.len() > 50);
    for (at, secret) in secrets.iter().enumerate() {
        let (one, two) = secret.split_at(secret.len() / 2);
        server.append("s", &[user(&format!("u{at}"), one), assistant(&format!("a{at}"), two)]);
        server.append("s", &[assistant(&format!("b{at}"), one), assistant(&format!("d{at}"), two)]);
    }
    talk(&mut server, 1);
    assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "model");
    let answer = server.call("compact", json!({"sessionId": "s"})).to_string();
    let bodies: Vec<Vec<u8>> = vendor.requests().into_iter().map(|request| request.body).collect();
    let file = std::fs::read_to_string(place.memory_file("s")).unwrap();
    for secret in secrets {
        let whole = bodies.iter().any(|body| has_bytes(body, &secret));
        assert!(!whole && !answer.contains(&secret) && !file.contains(&secret), "{secret}");
    }
}
