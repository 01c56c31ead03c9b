//! A vendor of models that can be told how to fail: an HTTP server on the loopback address that speaks the Messages API of
//! Anthropic and the Chat Completions and Responses APIs of OpenAI, takes down every request, and answers by a script. It uses no HTTP
//! library, because it has to misbehave in every byte. That it tells the truth where it behaves is checked with the vendors'
//! own libraries (`sdk`), that it misbehaves as it says with a bare socket (`selftest`).
//!
//! A test waits for what happened (`await_requests`, `await_stalled`, `await_abandoned`) and decides when an answer is
//! given (`hold`, `release`); it never needs to sleep.
// The tests of the model's client use what these tests do not.
#![allow(dead_code)]

mod answer;
mod anthropic;
mod behaviour;
mod body;
mod failure;
mod http;
mod openai;
mod player;
mod proxy;
mod request;
mod responses;
mod sdk;
mod selftest;
mod server;
mod state;
mod steps;

pub use answer::{Answer, Call, Stop, Usage};
pub use behaviour::{Behaviour, Fault};
pub use failure::Failure;
pub use proxy::Proxy;
pub use request::{Api, Recorded};
pub use sdk::validate;
pub use server::Vendor;
