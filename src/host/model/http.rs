//! One request to a provider and its answer over HTTP: headers, time limits, connections. What bytes mean is for
//! [`Reader`], what a failure means for `failure` and `retry`.
//!
//! Redirects are not followed, because they would carry the key and the whole conversation along. Requests to this
//! machine never pass a proxy. Answers are not decompressed: a small one could become a large one.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, Url, redirect};
use tokio::time::{Instant, timeout_at};

use super::endpoint::Endpoint;
use super::failure::{Failure, FailureKind};
use super::keys::Key;
use super::reader::Reader;
use super::{Provider, SettingsProblem, anthropic, openai, retry};
use crate::engine::prompt::Answer;

/// How much of an answer that is an error is read, in bytes.
const MAX_ERROR: usize = 64 << 10;

/// How long each part of a request may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A connection.
    pub connect: Duration,
    /// The first byte of the answer's body, from the start.
    pub first_byte: Duration,
    /// Silence in an answer.
    pub idle: Duration,
    /// The whole call, further attempts included.
    pub total: Duration,
}

impl Limits {
    /// The limits of the program, with the user's for the whole.
    pub(super) fn with_total(total: Duration) -> Limits {
        let seconds = Duration::from_secs;
        Limits { connect: seconds(5), first_byte: seconds(60), idle: seconds(30), total }
    }
}

/// A request that brought no answer.
pub(super) struct Refused {
    pub failure: Failure,
    /// What the server said of trying again.
    pub should_retry: Option<bool>,
    /// The text of an answer with an error's status.
    pub body: String,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused { failure, should_retry: None, body: String::new() }
    }
}

/// The way to one provider.
pub(super) struct Http {
    client: Client,
    url: Url,
    headers: HeaderMap,
    provider: Provider,
    pub limits: Limits,
}

impl Http {
    pub(super) fn new(
        provider: Provider,
        endpoint: &Endpoint,
        key: Option<&Key>,
        limits: Limits,
    ) -> Result<Http, SettingsProblem> {
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(limits.connect)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("session-memory/", env!("CARGO_PKG_VERSION")));
        if endpoint.is_loopback() {
            builder = builder.no_proxy();
        }
        if endpoint.is_plain() {
            // Without TLS the system's certificates are not looked for: a machine may have none.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .build()
            .map_err(|error| SettingsProblem::new(format!("no secure connection can be made: {}", cause(&error))))?;
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        if provider == Provider::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static(anthropic::VERSION));
        }
        if let Some(key) = key {
            let (name, text) = if provider == Provider::OpenAi || key.is_bearer() {
                (AUTHORIZATION, format!("Bearer {}", key.reveal()))
            } else {
                (HeaderName::from_static("x-api-key"), key.reveal().to_owned())
            };
            let mut value = HeaderValue::try_from(text)
                .map_err(|_| SettingsProblem::new("the key holds characters that no header can carry"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let path = match provider {
            Provider::Anthropic => anthropic::PATH,
            Provider::OpenAi => openai::PATH,
        };
        Ok(Http { client, url: endpoint.address(path), headers, provider, limits })
    }

    /// Sends a body once; gives the answer and the provider's name for the request.
    pub(super) async fn send(&self, body: String) -> Result<(Answer, Option<String>), Refused> {
        let first_byte = Instant::now() + self.limits.first_byte;
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body).send();
        let response = within(first_byte, self.limits.first_byte, request).await?;
        let id = ["request-id", "x-request-id"].iter().find_map(|name| header(&response, name)).map(str::to_owned);
        if !response.status().is_success() {
            return Err(self.refused(response, id, first_byte).await);
        }
        match self.read(response, first_byte).await {
            Ok(answer) => Ok((answer, id)),
            Err(failure) => Err(Failure { request_id: id, ..failure }.into()),
        }
    }

    async fn read(&self, mut response: Response, first_byte: Instant) -> Result<Answer, Failure> {
        let mut reader = Reader::new(self.provider);
        let (mut limit, mut allowed) = (first_byte, self.limits.first_byte);
        loop {
            match within(limit, allowed, response.chunk()).await {
                Ok(Some(bytes)) => reader.feed(&bytes)?,
                Ok(None) => return reader.finish(),
                // Whoever has the whole answer does not mind how the connection ends.
                Err(_) if reader.is_whole() => return reader.finish(),
                Err(failure) => return Err(failure),
            }
            if reader.has_ended() {
                return reader.finish();
            }
            allowed = self.limits.idle;
            limit = Instant::now() + allowed;
        }
    }

    async fn refused(&self, mut response: Response, id: Option<String>, first_byte: Instant) -> Refused {
        let status = response.status().as_u16();
        let should_retry = header(&response, "x-should-retry").and_then(|text| text.trim().parse().ok());
        let retry_after = retry::imposed(
            header(&response, "retry-after-ms"),
            header(&response, "retry-after"),
            jiff::Timestamp::now(),
        );
        let mut body = Vec::new();
        let mut limit = first_byte;
        // What the status says counts, however the text ends.
        while body.len() < MAX_ERROR
            && let Ok(Some(bytes)) = within(limit, self.limits.idle, response.chunk()).await
        {
            body.extend_from_slice(&bytes);
            limit = Instant::now() + self.limits.idle;
        }
        body.truncate(MAX_ERROR);
        let body = String::from_utf8_lossy(&body).into_owned();
        let failure = Failure { request_id: id, retry_after, ..Failure::of_status(status, &body) };
        Refused { failure, should_retry, body }
    }
}

/// Waits for a step until the limit; `allowed` is how long that is, for the message.
async fn within<T>(
    limit: Instant,
    allowed: Duration,
    step: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, Failure> {
    match timeout_at(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(&error)),
        Err(_) => {
            let message = format!("the provider was silent for {} s", allowed.as_secs_f32());
            Err(Failure::new(FailureKind::Unreachable, message))
        }
    }
}

fn broken(error: &reqwest::Error) -> Failure {
    let cause = cause(error);
    // The words of the HTTP parser for a peer that speaks something else.
    if cause.starts_with("invalid HTTP") {
        return Failure::new(FailureKind::Unreadable, format!("what answers is no HTTP server: {cause}"));
    }
    let what = match error {
        error if error.is_dns() => "the provider's name cannot be resolved",
        error if error.is_connect() && error.is_timeout() => "the connection was not made in time",
        error if error.is_connect() => "no connection to the provider",
        _ => "the connection to the provider broke",
    };
    Failure::new(FailureKind::Unreachable, format!("{what}: {cause}"))
}

/// The innermost reason. The outer ones repeat the address.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if inner.is::<reqwest::Error>() { "no further reason is known".to_owned() } else { inner.to_string() }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
