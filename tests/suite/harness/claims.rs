//! What comes back from a server: read, sorted, and claimed by the test.

use std::sync::mpsc::RecvTimeoutError;
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::reading::Incoming;
use super::server::Answer;
use super::{DEADLINE, RpcError, Server};

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<RpcError>,
}

impl Server {
    /// Waits for the answer to a request.
    #[track_caller]
    pub fn answer(&mut self, id: i64) -> Answer {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            assert!(self.pump(until), "no answer to request {id}");
        }
    }

    /// Waits until there is an answer, or the server has ended without one. True where there is an answer.
    pub fn await_end_or(&mut self, id: i64) -> bool {
        let until = Instant::now() + DEADLINE;
        while !self.answers.contains_key(&id) && self.pump(until) {}
        assert!(self.at_end || self.answers.contains_key(&id), "neither an answer nor an end");
        self.answers.remove(&id).is_some()
    }

    /// Claims the answer to a request that matters to nobody, if it has come.
    pub fn forget_answer(&mut self, id: i64) {
        self.answers.remove(&id);
    }

    /// Claims a notification that fits, once there is one.
    #[track_caller]
    pub fn notification(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.notifications.iter().position(|(name, params)| name == method && fits(params)) {
                return self.notifications.remove(at).1;
            }
            assert!(self.pump(until), "no such notification {method}; there are {:?}", self.notifications);
        }
    }

    /// Claims the notifications of a kind that have come so far.
    pub fn notifications(&mut self, method: &str) -> Vec<Value> {
        while self.pump(Instant::now()) {}
        let (claimed, rest) = std::mem::take(&mut self.notifications).into_iter().partition(|(name, _)| name == method);
        self.notifications = rest;
        let claimed: Vec<(String, Value)> = claimed;
        claimed.into_iter().map(|(_, params)| params).collect()
    }

    /// Claims a request of the server's: its id and its parameters.
    #[track_caller]
    pub fn asked(&mut self, method: &str) -> (Value, Value) {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.requests.iter().position(|(_, asked, _)| asked == method) {
                let (id, _, params) = self.requests.remove(at);
                return (id, params);
            }
            assert!(self.pump(until), "no request {method}");
        }
    }

    /// The server's next request of this kind, if one comes before the answer to a request of ours.
    #[track_caller]
    pub fn asked_before(&mut self, method: &str, answer: i64) -> Option<(Value, Value)> {
        let until = Instant::now() + DEADLINE;
        while !self.answers.contains_key(&answer) {
            if self.requests.iter().any(|(_, asked, _)| asked == method) {
                return Some(self.asked(method));
            }
            assert!(self.pump(until), "neither a request {method} nor the answer {answer}");
        }
        None
    }

    /// Notifications of this kind need not be claimed.
    pub fn tolerate(&mut self, method: &'static str) {
        self.tolerated.push(method);
    }

    /// Claims the error answer to a message without a readable id.
    #[track_caller]
    pub fn nameless(&mut self) -> RpcError {
        let until = Instant::now() + DEADLINE;
        loop {
            if !self.nameless.is_empty() {
                return self.nameless.remove(0);
            }
            assert!(self.pump(until), "no answer without an id");
        }
    }

    /// Takes in one message; false when there is none until then.
    pub(super) fn pump(&mut self, until: Instant) -> bool {
        if self.at_end {
            return false;
        }
        match self.incoming.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Incoming::Body(body)) => self.take_in(body),
            Ok(Incoming::Stray(bytes)) => {
                self.unexpected.push(format!("on stdout: {:?}", String::from_utf8_lossy(&bytes)));
            }
            Ok(Incoming::End) | Err(RecvTimeoutError::Disconnected) => self.at_end = true,
            Err(RecvTimeoutError::Timeout) => return false,
        }
        true
    }

    fn take_in(&mut self, body: String) {
        match serde_json::from_str::<Message>(&body) {
            Ok(Message { method: Some(method), id: None, params, .. }) => {
                let params = params.map(|raw| serde_json::from_str(raw.get()).unwrap()).unwrap_or_default();
                self.notifications.push((method, params));
            }
            Ok(Message { method: Some(method), id: Some(id), params, .. }) => {
                let params = params.map(|raw| serde_json::from_str(raw.get()).unwrap()).unwrap_or_default();
                self.requests.push((serde_json::from_str(id.get()).unwrap(), method, params));
            }
            Ok(Message { method: None, id, result, error, .. }) => {
                let answer = match (result, error) {
                    (Some(result), None) => Ok(result.get().to_owned()),
                    (None, Some(error)) => Err(error),
                    (None, None) => Ok("null".to_owned()),
                    (Some(_), Some(_)) => return self.unexpected.push(body),
                };
                match (id.and_then(|id| id.get().parse::<i64>().ok()), answer) {
                    (Some(id), answer) if self.waiting.remove(&id) => drop(self.answers.insert(id, answer)),
                    (None, Err(error)) => self.nameless.push(error),
                    _ => self.unexpected.push(body.clone()),
                }
            }
            _ => self.unexpected.push(body.clone()),
        }
        self.heard.push(body);
    }

    pub(super) fn forget_claims(&mut self) {
        self.notifications.clear();
        self.nameless.clear();
        self.requests.clear();
        self.unexpected.clear();
    }

    pub(super) fn check_claims(&mut self) {
        self.notifications.retain(|(method, _)| !self.tolerated.contains(&method.as_str()));
        assert!(self.notifications.is_empty(), "nobody claimed {:?}", self.notifications);
        assert!(self.answers.is_empty(), "nobody claimed the answers {:?}", self.answers);
        assert!(self.nameless.is_empty(), "nobody claimed {:?}", self.nameless);
        assert!(self.requests.is_empty(), "nobody claimed {:?}", self.requests);
        assert!(self.unexpected.is_empty(), "{:?}", self.unexpected);
        let stderr = self.stderr.take().map(|thread| thread.join().unwrap()).unwrap_or_default();
        assert!(stderr.is_empty(), "on stderr: {stderr}");
    }
}
