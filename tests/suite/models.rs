//! Models in the background, through the real server: what they write, what is refused, what goes wrong, and that nobody
//! ever waits for any of it.

mod conduct;
mod faults;
mod privacy;
mod writing;

use serde_json::{Value, json};

use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, Options, Server, Workspace};
use crate::vendor::{Api, Vendor};

/// A correction that must stand in every memory.
const CORRECTION: &str = "No, never use tabs in this project. Always use four spaces.";

/// A memory as a model writes it, with a line of its own.
pub fn memory(line: &str) -> String {
    format!(
        "<analysis>What matters is the ingest.</analysis>\n<memory>\n## Current State\n- {line}\n\n## User Intent\n- The user \
         wants the ingest to be faster.\n\n## Completed Work\n- The slow step was found.\n\n## Active Work\n- Making it \
         faster.\n\n## Pending Tasks\n- Measure it again.\n</memory>"
    )
}

/// The user's settings for a provider at the fake vendor.
pub fn settings(vendor: &Vendor, api: Api) -> Value {
    let (provider, address) = match api {
        Api::Anthropic => ("anthropic", vendor.anthropic()),
        Api::OpenAi | Api::Responses => ("openai", vendor.openai()),
    };
    json!({"provider": provider, "baseUrl": address, "timeoutSeconds": 20})
}

/// A server with these settings of the user.
fn start(place: &Workspace, user: &Value) -> Server {
    start_with(place, user, |_| {})
}

fn start_with(place: &Workspace, user: &Value, change: impl FnOnce(&mut Options)) -> Server {
    let mut server = Server::with(place, |options| {
        options.settings = json!({"initTokens": 1000, "updateTokens": 1000, "pressureLevels": [0.98, 0.99, 1.0]});
        options.user = user.clone();
        change(options);
    });
    server.tolerate("window/showMessage");
    server
}

/// A server that has a model write when it is asked to and at no other time, however slow the machine is.
fn on_request(place: &Workspace, user: &Value) -> Server {
    let mut server = start_with(place, user, |options| {
        options.settings["initTokens"] = json!(10_000_000);
        options.settings["updateTokens"] = json!(10_000_000);
    });
    server.tolerate(DID_UPDATE);
    server
}

/// A conversation with a correction, large enough for a memory.
fn talk(server: &mut Server, seed: u64) -> Value {
    server.append(
        "s",
        &[
            user(&format!("u{seed}"), &format!("Please make the ingest faster. {}", prose(700, seed))),
            assistant(&format!("a{seed}"), &prose(500, seed + 1000)),
            user(&format!("c{seed}"), CORRECTION),
        ],
    )
}

/// The next version by a model.
#[track_caller]
fn written(server: &mut Server) -> Value {
    server.notification(DID_UPDATE, |params| params["source"] == "model")
}

/// The next version without one that tells why.
#[track_caller]
fn unwritten(server: &mut Server) -> Value {
    server.notification(DID_UPDATE, |params| params["source"] == "extractive" && params["notes"].is_array())
}
