//! Whatever a provider does: the memory is the embedded one or better, and `compact` answers while it happens.

use serde_json::json;

use super::{CORRECTION, settings, start, talk, unwritten};
use crate::harness::{DID_UPDATE, Workspace};
use crate::vendor::{Answer, Api, Behaviour, Failure, Fault, Vendor};

/// Each with the most requests that it may lead to.
fn behaviours() -> Vec<(String, Behaviour, usize)> {
    let mut all: Vec<(String, Behaviour, usize)> = Vec::new();
    let retried = [408, 409, 429, 500, 502, 503, 504, 529];
    for status in [400, 404, 413].into_iter().chain(retried) {
        let most = if retried.contains(&status) { 3 } else { 1 };
        all.push((format!("status {status}"), Behaviour::status(status), most));
    }
    for fault in Fault::ALL {
        let hangs = matches!(fault, Fault::Hang | Fault::HangMidway | Fault::PauseMidway);
        if !hangs {
            // An answer that is no memory goes back once.
            all.push((format!("{fault:?}"), Behaviour::fault(fault), 6));
        }
    }
    let answers = [
        ("empty", Answer::empty()),
        ("only thinking", Answer::only_thinking("Let me see.")),
        ("unclosed think", Answer::unclosed_think()),
        ("refusal", Answer::refusal()),
        ("10 MB", Answer::huge()),
        ("not a memory", Answer::text("I am glad to help!")),
        ("forged headings", Answer::text("## Notes\n- mine\n## Secrets\n- x\n")),
        (
            "invented paths",
            Answer::text(
                super::memory("See src/a.rs.")
                    .replace("- The", "- see src/invented_x.rs, /etc/b.conf and /opt/y/z.py; the"),
            ),
        ),
    ];
    all.extend(answers.map(|(name, answer)| (name.to_owned(), Behaviour::Answer(answer), 6)));
    all.push(("error within".to_owned(), Behaviour::FailWithin(Failure::status(529), Answer::text("x")), 3));
    all.push(("too long".to_owned(), Behaviour::Fail(Failure::too_long()), 1));
    all
}

fn check(api: Api, name: &str, behaviour: Behaviour, most: usize) {
    let place = Workspace::new();
    let vendor = Vendor::always(behaviour);
    let mut user = settings(&vendor, api);
    user["timeoutSeconds"] = json!(4);
    let mut server = start(&place, &user);
    talk(&mut server, 1);
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    vendor.await_requests(1);
    let answer = server.call("compact", json!({"sessionId": "s", "apply": false}));
    assert_eq!(answer["memory"]["freshness"], "fresh", "{api:?} {name}");
    talk(&mut server, 2);
    // Either the model was of use in spite of all, or the embedded backend has written.
    let refreshed = server.request("sessionMemory/refresh", json!({"sessionId": "s"}));
    assert!(
        refreshed.as_ref().is_ok() || refreshed.as_ref().is_err_and(|error| error.code == -32004),
        "{name}: {refreshed:?}"
    );
    server.tolerate(DID_UPDATE);
    let memory = server.call("memory", json!({"sessionId": "s"}));
    let text = memory["markdown"].as_str().unwrap();
    assert!(text.contains(CORRECTION), "{api:?} {name}: {text}");
    for invented in ["invented_x", "/etc/b.conf", "glad to help", "## Secrets"] {
        assert!(!text.contains(invented), "{api:?} {name}: {text}");
    }
    assert!(vendor.requests().len() <= 2 * most, "{api:?} {name}: {} requests", vendor.requests().len());
}

#[test]
fn anthropic() {
    for (name, behaviour, most) in behaviours() {
        check(Api::Anthropic, &name, behaviour, most);
    }
}

#[test]
fn openai() {
    for (name, behaviour, most) in behaviours() {
        check(Api::OpenAi, &name, behaviour, most);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let elsewhere = Vendor::always(Behaviour::text("x"));
        let place = Workspace::new();
        let vendor = Vendor::always(Behaviour::Redirect(status, elsewhere.address()));
        let mut server = start(&place, &settings(&vendor, Api::Anthropic));
        talk(&mut server, 1);
        server.notification(DID_UPDATE, |params| params["revision"] == 1);
        talk(&mut server, 2);
        unwritten(&mut server);
        assert_eq!(elsewhere.connections(), 0, "{status}");
    }
}
