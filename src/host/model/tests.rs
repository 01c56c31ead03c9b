//! The client against servers that fail, over real sockets.

use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::engine::prompt::{By, Context, Purpose, Said, Stop};

/// A server that answers each request with the next of its answers, the last one again and again, and remembers requests.
struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
enum Reply {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// These bytes, then nothing, with the connection left open.
    Hang(Vec<u8>),
}

impl Server {
    async fn start(replies: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = request(&mut socket).await;
                let count = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request);
                    seen.len()
                };
                let reply = replies[count.min(replies.len()) - 1].clone();
                match reply {
                    // A client that has had enough may be gone.
                    Reply::Bytes(bytes) => drop(socket.write_all(&bytes).await),
                    Reply::Hang(bytes) => {
                        socket.write_all(&bytes).await.unwrap();
                        open.push(socket);
                    }
                }
            }
        });
        Server { base, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = socket.read(&mut piece).await.unwrap();
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .split("content-length: ")
                .nth(1)
                .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        assert!(count > 0, "the request ends early: {text}");
    }
}

fn reply(status: &str, headers: &str, body: &str) -> Reply {
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
    Reply::Bytes((head + body).into_bytes())
}

const GOOD: &str = concat!(
    "data: {\"type\":\"message_start\",\"message\":{}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n",
    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
    "data: {\"type\":\"message_stop\"}\n\n",
);

fn good() -> Reply {
    reply("200 OK", "content-type: text/event-stream\r\nrequest-id: req_1\r\n", GOOD)
}

/// The head of a chunked stream and one chunk.
fn begun(chunk: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{chunk}\r\n", chunk.len()).into_bytes()
}

const KEY: &str = "k-0123456789";

fn model(provider: Provider, base: &str, limits: Limits) -> Model {
    let settings = ModelSettings { base_url: Some(base.to_owned()), ..ModelSettings::new(provider) };
    Model::with_limits(settings, Key::handed(KEY), limits).unwrap()
}

fn long() -> Limits {
    Limits::with_total(Duration::from_mins(1))
}

fn prompt() -> Prompt {
    Prompt {
        purpose: Purpose::Create,
        context: Context::Instructions("the whole conversation".into()),
        messages: vec![Said { by: By::User, text: "q".into() }],
        max_output_tokens: 100,
    }
}

#[tokio::test]
async fn an_answer() {
    let server = Server::start(vec![good()]).await;
    let model = model(Provider::Anthropic, &server.base, long());
    let completion = model.clone().complete(&prompt()).await.unwrap();
    assert_eq!((completion.answer.text.as_str(), completion.answer.stop), ("Hi", Stop::End));
    assert_eq!((completion.request_id.as_deref(), completion.attempts), (Some("req_1"), 1));
    assert!(completion.answer.usage.input_tokens > 0 && completion.answer.usage.output_tokens > 0);
    let request = server.requests().remove(0);
    for part in ["POST /v1/messages HTTP/1.1", "x-api-key: k-0123456789", "anthropic-version: 2023-06-01"] {
        assert!(request.contains(part), "{request}");
    }
    assert_eq!(format!("{model:?}"), r#"Model { name: "claude-haiku-5-5", .. }"#);
}

#[tokio::test]
async fn a_redirect_takes_nothing_along() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let target = Server::start(vec![good()]).await;
        let location = format!("location: {}/v1/messages\r\n", target.base);
        let server = Server::start(vec![reply(status, &location, "")]).await;
        let failure = model(Provider::Anthropic, &server.base, long()).complete(&prompt()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Rejected);
        assert!(failure.message.contains("set baseUrl to the final address"), "{failure}");
        assert_eq!((server.requests().len(), target.requests().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn attempts() {
    let busy =
        |headers: &str| reply("529 Overloaded", &format!("retry-after-ms: 1\r\n{headers}"), r#"{"error":"busy"}"#);
    let check = async |replies: Vec<Reply>, expected: Result<u32, FailureKind>, requests: usize| {
        let server = Server::start(replies).await;
        let outcome = model(Provider::Anthropic, &server.base, long()).complete(&prompt()).await;
        let outcome = outcome.map(|completion| completion.attempts).map_err(|failure| failure.kind);
        assert_eq!((outcome, server.requests().len()), (expected, requests));
    };
    check(vec![busy(""), busy(""), good()], Ok(3), 3).await;
    check(vec![busy("")], Err(FailureKind::Busy), 3).await;
    check(vec![busy("x-should-retry: false\r\n")], Err(FailureKind::Busy), 1).await;
    check(vec![reply("429 Slow", "retry-after: 300\r\n", "")], Err(FailureKind::Busy), 1).await;
    check(vec![reply("401 No", "retry-after: 0\r\n", "")], Err(FailureKind::Settings), 1).await;
    check(vec![reply("400 No", "", r#"{"error":"prompt is too long"}"#)], Err(FailureKind::TooLong), 1).await;
    check(vec![Reply::Bytes(b"SSH-2.0-OpenSSH_10\r\n\r\n".to_vec())], Err(FailureKind::Unreadable), 1).await;
}

#[tokio::test]
async fn a_long_wait_is_reported_and_words_are_clean() {
    let body = format!(r#"{{"error":{{"message":"not {KEY}\u001b[2J"}}}}"#);
    let server = Server::start(vec![reply("429 Slow", "retry-after: 300\r\nx-request-id: r\r\n", &body)]).await;
    let failure = model(Provider::OpenAi, &server.base, long()).complete(&prompt()).await.unwrap_err();
    let expected = Failure {
        kind: FailureKind::Busy,
        status: Some(429),
        request_id: Some("r".into()),
        message: "not [key]\\u{1b}[2J".into(),
        retry_after: Some(Duration::from_mins(5)),
    };
    assert_eq!(failure, expected);
    assert!(server.requests()[0].contains("authorization: Bearer k-0123456789"));
}

#[tokio::test]
async fn a_cut_stream_is_tried_again() {
    let mut cut = begun(&GOOD[..100]);
    cut.extend_from_slice(b"40\r\ndata: ");
    let server = Server::start(vec![Reply::Bytes(cut), good()]).await;
    let completion = model(Provider::Anthropic, &server.base, long()).complete(&prompt()).await.unwrap();
    assert_eq!((completion.answer.text.as_str(), completion.attempts), ("Hi", 2));
}

#[tokio::test]
async fn silence_ends() {
    let short = |first_byte, idle, total| {
        let millis = Duration::from_millis;
        Limits { connect: millis(5000), first_byte: millis(first_byte), idle: millis(idle), total: millis(total) }
    };
    let check = async |reply: Vec<u8>, limits: Limits, part: &str| {
        let server = Server::start(vec![Reply::Hang(reply)]).await;
        let failure = model(Provider::Anthropic, &server.base, limits).complete(&prompt()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreachable, "{failure}");
        assert!(failure.message.contains(part), "{failure}");
    };
    // The wait before a second attempt does not fit into the whole, so the first failure is told.
    check(Vec::new(), short(50, 60_000, 300), "silent for 0.05 s").await;
    check(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), short(50, 60_000, 300), "silent for 0.05 s").await;
    check(begun(&GOOD[..100]), short(60_000, 50, 300), "silent for 0.05 s").await;
    check(begun(&GOOD[..100]), short(60_000, 60_000, 50), "within 0.05 s (timeoutSeconds)").await;
}

#[tokio::test]
async fn a_whole_answer_does_not_mind_what_follows() {
    let server = Server::start(vec![Reply::Hang(begun(GOOD))]).await;
    let completion = model(Provider::Anthropic, &server.base, long()).complete(&prompt()).await.unwrap();
    assert_eq!(completion.answer.text, "Hi");
    // Whole by its finish reason, without the end mark: only silence ends it.
    let finished = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n";
    let server = Server::start(vec![Reply::Hang(begun(finished))]).await;
    let limits = Limits { idle: Duration::from_millis(50), ..long() };
    let completion = model(Provider::OpenAi, &server.base, limits).complete(&prompt()).await.unwrap();
    assert_eq!(completion.answer.text, "Hi");
}

#[tokio::test]
async fn a_large_answer_is_not_read_to_its_end() {
    // Without an end, so that only the limit can stop the reading.
    let large = Reply::Hang(begun(&format!("data: {}", "x".repeat(1 << 20))));
    let server = Server::start(vec![large]).await;
    let failure = model(Provider::Anthropic, &server.base, long()).complete(&prompt()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreadable);
    assert!(failure.message.contains("over 1048576 bytes"), "{failure}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_dialect_is_learned_once() {
    let refuse = |what: &str| reply("400 Bad", "", &format!(r#"{{"error":"unknown parameter {what}"}}"#));
    let fine = reply("200 OK", "", r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#);
    let server = Server::start(vec![refuse("max_completion_tokens"), refuse("stream_options"), fine]).await;
    let model = model(Provider::OpenAi, &server.base, long());
    assert_eq!(model.complete(&prompt()).await.unwrap().attempts, 3);
    assert_eq!(model.complete(&prompt()).await.unwrap().attempts, 1);
    let last = server.requests().pop().unwrap();
    assert!(last.contains(r#""max_tokens":8292"#) && !last.contains("stream_options"), "{last}");
    assert!(!last.contains("store"), "{last}");
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let limits = Limits::with_total(Duration::from_millis(300));
    let failure = model(Provider::OpenAi, &base, limits).complete(&prompt()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.message.starts_with("no connection to the provider: "), "{failure}");
    assert!(!failure.message.contains(&base), "{failure}");
}

#[test]
fn settings() {
    let check = |change: &dyn Fn(&mut ModelSettings), key: Option<&str>, expected: Result<&str, &str>| {
        let mut settings = ModelSettings::new(Provider::Anthropic);
        change(&mut settings);
        match (Model::new(settings, key.and_then(Key::handed)), expected) {
            (Ok(model), Ok(name)) => assert_eq!(model.name(), name),
            (Err(problem), Err(part)) => assert!(problem.to_string().contains(part), "{problem}"),
            (found, _) => panic!("{found:?}, expected {expected:?}"),
        }
    };
    let key = Some(KEY);
    let local = |settings: &mut ModelSettings| settings.base_url = Some("http://localhost:1/v1".into());
    check(&local, None, Ok("claude-haiku-5-5"));
    check(&|settings| settings.model = Some(" x ".into()), key, Ok("x"));
    check(&|settings| settings.provider = Provider::OpenAi, key, Ok("gpt-6-luna"));
    check(&|_| {}, None, Err("set ANTHROPIC_API_KEY"));
    check(&|settings| settings.model = Some(String::new()), key, Err("model is empty"));
    check(&|settings| settings.timeout_seconds = 0, key, Err("timeoutSeconds is 0; 1 to 3600"));
    check(&|settings| settings.timeout_seconds = u64::MAX, key, Err("timeoutSeconds is 18446744073709551615"));
    check(&|settings| settings.max_output_tokens = Some(0), key, Err("maxOutputTokens is 0"));
    check(&|settings| settings.base_url = Some("http://example.com".into()), key, Err("set baseUrl to an https://"));
}
