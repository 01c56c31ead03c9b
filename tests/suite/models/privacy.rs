//! What leaves the machine, and for whom.

use serde_json::json;

use super::{memory, settings, start, start_with, talk, written};
use crate::events::{call, result, user};
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

#[test]
fn no_secret_reaches_a_provider() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Clean.")));
    let mut server = start(&place, &settings(&vendor, Api::OpenAi));
    server.tolerate(DID_UPDATE);
    let letters = |count: usize| "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zL".chars().cycle().take(count).collect::<String>();
    let secrets = [
        format!("ghp_{}", letters(36)),
        format!("sk-ant-api03-{}AA", letters(93)),
        format!("AKIA{}", "QWERTYUIOPASDFGH"),
        format!("xoxb-{}-{}-{}", "123456789012", "123456789012", letters(24)),
        format!("glpat-{}", letters(20)),
    ];
    for (at, secret) in secrets.iter().enumerate() {
        server.append(
            "s",
            &[
                user(&format!("u{at}"), &format!("Use the token {secret} for this.")),
                call(
                    &format!("c{at}"),
                    "Bash",
                    json!({"command": format!("curl -H 'Authorization: Bearer {secret}' x")}),
                ),
                result(
                    &format!("c{at}"),
                    &json!({"token": secret, "nested": json!({"t": secret}).to_string()}).to_string(),
                ),
            ],
        );
    }
    talk(&mut server, 1);
    server.call("compact", json!({"sessionId": "s", "apply": false, "instructions": format!("Keep {}", secrets[0])}));
    assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "model");
    drop(server);
    let bodies: Vec<Vec<u8>> = vendor.requests().into_iter().map(|request| request.body).collect();
    assert!(!bodies.is_empty() && bodies.iter().any(|body| has_bytes(body, "[redacted:")));
    let files = files_under(&place.state()).into_iter().chain(files_under(&place.root()));
    let kept: Vec<Vec<u8>> = files.map(|path| std::fs::read(path).unwrap()).collect();
    for secret in &secrets {
        assert!(bodies.iter().chain(&kept).all(|bytes| !has_bytes(bytes, secret)), "{secret}");
    }
}
