//! Whatever a provider does: the memory is the embedded one or better, and `compact` answers while it happens.

use std::time::Duration;

use serde_json::json;

use super::{CORRECTION, on_request, settings, start, talk, unwritten};
use crate::events::{prose, user};
use crate::harness::{DID_UPDATE, Workspace};
use crate::vendor::{Answer, Api, Behaviour, Failure, Fault, Vendor};

/// Each with the most requests that it may lead to.
fn behaviours() -> Vec<(String, Behaviour, usize)> {
    let mut all: Vec<(String, Behaviour, usize)> = Vec::new();
    let retried = [408, 409, 429, 500, 502, 503, 504, 529];
    for status in [400, 404].into_iter().chain(retried) {
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
    // Asked once more, with less at once.
    all.push(("status 413".to_owned(), Behaviour::status(413), 4));
    all.push(("too long".to_owned(), Behaviour::Fail(Failure::too_long()), 4));
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

/// A prompt that is too long for the model is cut into smaller ones, and that is remembered.
#[test]
fn a_smaller_window_is_found_out() {
    const WINDOW: usize = 60_000;
    for api in [Api::Anthropic, Api::OpenAi] {
        let place = Workspace::new();
        let vendor = Vendor::always(Behaviour::depends(|request| {
            if request.body.len() > WINDOW {
                Behaviour::Fail(Failure::too_long())
            } else {
                Behaviour::text(super::memory("Made of parts."))
            }
        }));
        let mut server = on_request(&place, &settings(&vendor, api));
        for seed in 1..=6 {
            server.append("s", &[user(&format!("l{seed}"), &prose(2500, seed))]);
        }
        let answer = server.call("refresh", json!({"sessionId": "s"}));
        assert_eq!(answer["source"], "model", "{api:?}");
        let sizes: Vec<usize> = vendor.requests().iter().map(|request| request.body.len()).collect();
        let (first, rest) = sizes.split_first().unwrap();
        assert!(*first > WINDOW && rest.len() > 1 && rest.iter().all(|size| *size <= WINDOW), "{api:?}: {sizes:?}");
        // As much again: no request is too long any more.
        for seed in 11..=16 {
            server.append("s", &[user(&format!("l{seed}"), &prose(2500, seed))]);
        }
        assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "model", "{api:?}");
        let all: Vec<usize> = vendor.requests().iter().map(|request| request.body.len()).collect();
        assert!(all[sizes.len()..].iter().all(|size| *size <= WINDOW), "{api:?}: {all:?}");
    }
}

/// What hangs is given up when its time is over, and what is sent again is sent no earlier than promised.
#[test]
fn requests_are_as_many_and_as_far_apart_as_promised() {
    let busy = |after: Option<&str>| match after {
        Some(after) => Behaviour::Fail(Failure::rate_limit(after)),
        None => Behaviour::status(503),
    };
    // (behaviour, requests of one update, least time between them in milliseconds)
    let cases: Vec<(&str, Behaviour, usize, &[u64])> = vec![
        ("hangs", Behaviour::fault(Fault::Hang), 1, &[]),
        ("hangs midway", Behaviour::fault(Fault::HangMidway), 1, &[]),
        ("pauses midway", Behaviour::fault(Fault::PauseMidway), 1, &[]),
        ("drips", Behaviour::fault(Fault::Drip(Duration::from_millis(200))), 1, &[]),
        ("busy", busy(None), 3, &[375, 750]),
        ("busy for a second", busy(Some("1")), 3, &[1000, 1000]),
        ("busy for ten minutes", busy(Some("600")), 1, &[]),
        ("the user's to mend", Behaviour::status(401), 1, &[]),
        ("spent", Behaviour::Fail(Failure::spend_limit()), 1, &[]),
    ];
    std::thread::scope(|scope| {
        for (name, behaviour, times, apart) in cases {
            for api in [Api::Anthropic, Api::OpenAi] {
                let behaviour = behaviour.clone();
                scope.spawn(move || {
                    let place = Workspace::new();
                    let vendor = Vendor::always(behaviour);
                    let mut user = settings(&vendor, api);
                    // Long enough for the waits, which are not begun where they would use up the time.
                    user["timeoutSeconds"] = json!(if times > 1 { 20 } else { 3 });
                    let mut server = start(&place, &user);
                    server.tolerate(DID_UPDATE);
                    server.append("s", &[crate::events::user("u1", "Please make it faster.")]);
                    let error = server.refused("refresh", json!({"sessionId": "s"}));
                    assert_eq!(error.code, -32004, "{api:?} {name}: {error:?}");
                    assert_eq!(server.call("compact", json!({"sessionId": "s", "apply": false}))["compacted"], false);
                    let requests = vendor.requests();
                    assert_eq!(requests.len(), times, "{api:?} {name}");
                    for (pair, least) in requests.windows(2).zip(apart) {
                        let gap = pair[1].at.duration_since(pair[0].at);
                        assert!(gap >= Duration::from_millis(*least), "{api:?} {name}: {gap:?}");
                    }
                });
            }
        }
    });
}
