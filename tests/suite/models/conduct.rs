//! When a model is asked, and when it is left alone.

use serde_json::json;

use super::{memory, settings, start, start_with, talk, unwritten, written};
use crate::harness::{DID_UPDATE, Workspace};
use crate::vendor::{Api, Behaviour, Failure, Vendor};

#[test]
fn what_only_the_user_can_mend_is_said_once() {
    for failure in [Failure::status(401), Failure::status(402), Failure::status(403), Failure::spend_limit()] {
        let place = Workspace::new();
        let vendor = Vendor::always(Behaviour::Fail(failure));
        let mut server = start(&place, &settings(&vendor, Api::Anthropic));
        talk(&mut server, 1);
        server.notification(DID_UPDATE, |params| params["revision"] == 1);
        server.notification("window/showMessage", |params| params["type"] == 1);
        for seed in 2..5 {
            talk(&mut server, seed);
            unwritten(&mut server);
        }
        assert!(server.notifications("window/showMessage").is_empty(), "once");
        assert_eq!(vendor.requests().len(), 1);
        // Until the settings change: then it is tried, and said, again.
        server.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": {"sessionMemory": {"initTokens": 1000, "updateTokens": 1001}}}),
        );
        talk(&mut server, 9);
        unwritten(&mut server);
        server.notification("window/showMessage", |params| params["type"] == 1);
        assert_eq!(vendor.requests().len(), 2);
        vendor.otherwise(Behaviour::text(memory("At last.")));
        server.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": {"sessionMemory": {"initTokens": 1000, "updateTokens": 1000}}}),
        );
        talk(&mut server, 5);
        written(&mut server);
    }
}

#[test]
fn a_refresh_is_told_what_failed() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::Fail(Failure::rate_limit("120")));
    let mut server = start_with(&place, &settings(&vendor, Api::OpenAi), |options| {
        options.settings = json!({"initTokens": 10_000_000});
    });
    server.tolerate(DID_UPDATE);
    talk(&mut server, 1);
    let error = server.refused("refresh", json!({"sessionId": "s"}));
    assert_eq!((error.code, &error.data["retryAfterSeconds"]), (-32004, &json!(120)), "{error:?}");
    assert!(error.message.contains("429"), "{error:?}");
    assert_eq!(vendor.requests().len(), 1, "the provider asked for two minutes");
    // The memory is up to date all the same, and the provider is left alone.
    assert_eq!(server.call("memory", json!({"sessionId": "s"}))["coveredThrough"], 3);
    talk(&mut server, 2);
    assert_eq!(server.refused("refresh", json!({"sessionId": "s"})).code, -32004);
    assert_eq!(vendor.requests().len(), 1);
}

#[test]
fn what_is_spent_in_an_hour_has_an_end() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Spent.")));
    let mut user = settings(&vendor, Api::Anthropic);
    user["backgroundTokensPerHour"] = json!(1);
    let mut server = start(&place, &user);
    talk(&mut server, 1);
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    written(&mut server);
    talk(&mut server, 2);
    let update = unwritten(&mut server);
    assert!(update["notes"].to_string().contains("backgroundTokensPerHour"), "{update}");
    assert_eq!(vendor.requests().len(), 1);
    // A person who asks decides.
    talk(&mut server, 3);
    server.tolerate(DID_UPDATE);
    assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "model");
    assert_eq!(vendor.requests().len(), 2);
}

#[test]
fn two_servers_have_one_memory_written_once() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::text(memory("Once.")));
    let user = settings(&vendor, Api::Anthropic);
    let mut first = start(&place, &user);
    let mut second = start(&place, &user);
    vendor.hold();
    talk(&mut first, 1);
    first.notification(DID_UPDATE, |params| params["revision"] == 1);
    vendor.await_requests(1);
    second.tolerate(DID_UPDATE);
    first.tolerate(DID_UPDATE);
    talk(&mut second, 2);
    let refreshed = second.call("refresh", json!({"sessionId": "s"}));
    assert_eq!(refreshed["source"], "extractive", "{refreshed}");
    assert_eq!(vendor.requests().len(), 1);
    vendor.release();
    talk(&mut first, 3);
    first.call("refresh", json!({"sessionId": "s"}));
}

#[test]
fn a_server_that_ends_calls_its_requests_off() {
    let place = Workspace::new();
    let vendor = Vendor::always(Behaviour::fault(crate::vendor::Fault::Hang));
    let mut server = start(&place, &settings(&vendor, Api::Anthropic));
    talk(&mut server, 1);
    server.notification(DID_UPDATE, |params| params["revision"] == 1);
    vendor.await_stalled(1);
    server.tolerate(DID_UPDATE);
    drop(server);
    vendor.await_abandoned(1);
    // The lease is given back: the next server may ask.
    vendor.otherwise(Behaviour::text(memory("Next.")));
    let mut server = start(&place, &settings(&vendor, Api::Anthropic));
    server.tolerate(DID_UPDATE);
    assert_eq!(server.call("refresh", json!({"sessionId": "s"}))["source"], "model");
}
