//! The real Gemini CLI: our hooks, as `install` writes them, feed the session from its transcript, and at the end of a turn its
//! context is cleared and goes on with the compacted one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::await_in;
use super::place::{Place, installed};
use super::process::Process;
use crate::harness::PROGRAM;

const CORRECTION: &str = "No, never write to the production bucket. Always use the staging one, even for tests.";

/// Its vendor, as far as this test needs one: every request is answered by one word, and its body is kept.
struct Google {
    address: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Google {
    /// The thread ends with the test's process.
    fn start() -> Google {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let own = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who hangs up is not answered.
                let _ = answer(stream, &own);
            }
        });
        Google { address, asked }
    }

    /// The texts of the newest request, each with who says it.
    fn newest(&self) -> Vec<(String, String)> {
        let asked = self.asked.lock().unwrap();
        let text = |message: &Value| {
            let parts = message["parts"].as_array().unwrap().iter();
            let texts: Vec<&str> = parts.filter_map(|part| part["text"].as_str()).collect();
            (message["role"].as_str().unwrap().to_owned(), texts.join("\n"))
        };
        asked.last().unwrap()["contents"].as_array().unwrap().iter().map(text).collect()
    }
}

fn answer(stream: TcpStream, asked: &Mutex<Vec<Value>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if let Ok(body) = serde_json::from_slice(&body) {
        asked.lock().unwrap().push(body);
    }
    let said = json!({
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Understood."}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 2, "totalTokenCount": 1002},
    });
    let said = format!("data: {said}\r\n\r\n");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n";
    let mut stream = stream;
    write!(stream, "{head}content-length: {}\r\n\r\n{said}", said.len())
}

#[track_caller]
fn run(place: &Place, program: &Path, arguments: &[&str]) -> String {
    let printed = Process::start(place, program, arguments).ended();
    assert_eq!(printed.code, Some(0), "{arguments:?} {}{}", printed.out, printed.err);
    printed.out
}

fn events(place: &Place, session: &str) -> Vec<(String, String)> {
    let mut server = crate::harness::Server::quiet(&place.workspace);
    let answer = server.call("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 1000}));
    let is_said = |event: &&Value| event["type"] == "message" && event["meta"] != true;
    let text = |event: &Value| {
        let message = &event["message"];
        (message["role"].as_str().unwrap().to_owned(), message["content"].as_str().unwrap_or_default().to_owned())
    };
    answer["events"].as_array().unwrap().iter().filter(is_said).map(text).collect()
}

#[test]
fn gemini_feeds_and_goes_on_with_the_compacted_context() {
    let place = Place::new();
    let google = Google::start();
    let settings = json!({
        "security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": false},
        "general": {"disableAutoUpdate": true}, "telemetry": {"enabled": false},
    });
    place.write(".gemini/settings.json", settings.to_string());
    place.write("tmp/.keep", "");
    // It reads more of its environment from there.
    place.write(".gemini/.env", format!("GOOGLE_GEMINI_BASE_URL={}\n", google.address));
    run(&place, Path::new(PROGRAM), &["install", "gemini", "--yes"]);
    let ask = |more: &[&str]| {
        let words = [&["--skip-trust", "-m", "gemini-2.5-flash"], more].concat();
        run(&place, &installed("gemini"), &words)
    };
    ask(&["-p", CORRECTION]);
    let list = || -> Value {
        let printed = Process::start(&place, Path::new(PROGRAM), &["sessions", "--json"]).ended();
        serde_json::from_str(&printed.out).unwrap_or_default()
    };
    let session = await_in(
        "the session",
        || list().to_string(),
        || {
            let sessions = list();
            (sessions[0]["events"].as_u64()? >= 3).then(|| sessions[0]["sessionId"].as_str().unwrap().to_owned())
        },
    );
    run(&place, Path::new(PROGRAM), &["compact", "--agent", "gemini", "--session", &session]);

    // The next turn is one with all that was said; then it goes on with the context of ours.
    let before = google.asked.lock().unwrap().len();
    ask(&["-r", "latest", "-p", "Which bucket is it?"]);
    assert_eq!(google.asked.lock().unwrap().len(), before + 2);
    let newest = google.newest();
    assert!(newest.iter().all(|(role, _)| role == "user"), "what it had said is gone: {newest:?}");
    let said: String = newest.into_iter().map(|(_, text)| text).collect();
    for wanted in ["kept by session-memory", CORRECTION, "Which bucket is it?", "**Assistant:** Understood."] {
        assert!(said.contains(wanted), "{wanted} is missing: {said}");
    }
    // What we gave it does not come back as words of the user's, and nobody's words are there twice.
    let expected = [("user", CORRECTION), ("assistant", "Understood."), ("user", "Which bucket is it?")];
    let expected = expected.iter().chain([&("assistant", "Understood."); 2]);
    let expected: Vec<(String, String)> =
        expected.map(|(role, text)| ((*role).to_owned(), (*text).to_owned())).collect();
    await_in(
        "its last word",
        || format!("{:?}", events(&place, &session)),
        || (events(&place, &session) == expected).then_some(()),
    );
}
