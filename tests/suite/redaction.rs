//! Planted secrets never appear anywhere: memory file, database, logs, answers, notifications.

use serde_json::{Value, json};

use crate::cli::run;
use crate::events::{call, message, prose, result, text_block, tool_result, tool_use, user};
use crate::harness::{DID_UPDATE, Server, Workspace, files_under, has_bytes};

/// Letters and digits without a pattern, the same each time.
fn random(length: usize, seed: u64, letters: &[u8]) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(letters[(state >> 20) as usize % letters.len()])
    };
    (0..length).map(|_| next()).collect()
}

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";

/// A secret: the text it stands in, and the part that nobody may ever see again. Put together here, so that no
/// scanner takes this file for a leak.
fn secrets() -> Vec<(String, String)> {
    let whole = |secret: String| (secret.clone(), secret);
    let in_text = |text: &str, secret: String| (text.replace('@', &secret), secret);
    let pem = random(200, 9, ALNUM);
    vec![
        whole(format!("{}_{}", "ghp", random(36, 1, ALNUM))),
        whole(format!("{}-{}-{}", "sk", "ant-api03", random(90, 2, ALNUM))),
        whole(format!("{}{}", "AKIA", random(16, 3, UPPER))),
        whole(format!("{}-{}-{}-{}", "xoxb", "123456789012", "1234567890123", random(24, 4, ALNUM))),
        whole(format!("{}_{}_{}", "sk", "live", random(24, 5, ALNUM))),
        whole(format!(
            "{}.{}.{}",
            "eyJhbGciOiJIUzI1NiJ9",
            format_args!("eyJ{}", random(40, 6, ALNUM)),
            random(43, 7, ALNUM)
        )),
        in_text("export DATABASE_PASSWORD=@", random(24, 8, ALNUM)),
        in_text("-----BEGIN RSA PRIVATE KEY-----\n@\n-----END RSA PRIVATE KEY-----", pem),
        in_text("postgres://admin:@@db.example.com/prod", random(20, 10, ALNUM)).into_url(),
        in_text("Authorization: Bearer @", random(40, 11, ALNUM)),
        whole(format!("{}-{}", "glpat", random(20, 12, ALNUM))),
        in_text("api_key = \"@\"", random(32, 13, HEX)),
    ]
}

/// The second `@` of a URL stands before its host.
trait IntoUrl {
    fn into_url(self) -> (String, String);
}

impl IntoUrl for (String, String) {
    fn into_url(self) -> (String, String) {
        let (text, secret) = self;
        (text.replacen(&format!("{secret}{secret}"), &format!("{secret}@"), 1), secret)
    }
}

/// Every place of a conversation in which a secret can stand.
fn events(at: usize, secret: &str) -> Vec<Value> {
    let id = |name: &str| format!("{name}{at}");
    let text = format!("Look, this is it: {secret} and no other.");
    vec![
        message(&id("sys"), json!({"role": "system", "content": text})),
        user(&id("user"), &format!("No, never print it. {text}")),
        message(
            &id("think"),
            json!({"role": "assistant", "content": [{"type": "thinking", "thinking": text, "signature": "x"}, text_block(&text)]}),
        ),
        message(
            &id("use"),
            json!({"role": "assistant", "content": [tool_use(&id("t"), "Bash", json!({"command": format!("echo '{secret}'"), "nested": {"list": [text]}}))]}),
        ),
        message(
            &id("res"),
            json!({"role": "user", "content": [tool_result(&id("t"), &text), {"type": "odd", "payload": {"x": text}}]}),
        ),
        call(&id("c"), "Write", json!({"file_path": ".env", "content": format!("A=1\n{secret}\n")})),
        result(&id("c"), &format!("error: could not write\n{text}")),
        json!({"type": "toolResult", "id": id("c2"), "content": [text_block(&text)]}),
        message(
            &id("openai"),
            json!({"role": "assistant", "content": null, "tool_calls": [{"id": id("o"), "type": "function",
            "function": {"name": "run", "arguments": json!({"command": secret}).to_string()}}]}),
        ),
        message(&id("tool"), json!({"role": "tool", "tool_call_id": id("o"), "content": text})),
        message(&id("unknown"), json!({"role": "assistant", "content": "x", "extension": {"trace": [text]}})),
    ]
}

#[test]
fn planted_secrets_are_nowhere() {
    let place = Workspace::new();
    let mut server = Server::with(&place, |options| {
        options.settings = json!({"initTokens": 300, "updateTokens": 300});
        options.env = vec![("SESSION_MEMORY_LOG", "trace".to_owned())];
    });
    server.tolerate(DID_UPDATE);
    let secrets = secrets();
    let mut imported = Vec::new();
    for (at, (text, secret)) in secrets.iter().enumerate() {
        assert!(text.contains(secret.as_str()));
        let session = format!("s{}", at % 3);
        server.append(&session, &events(at, text));
        server.call("compact", json!({"sessionId": session, "apply": false, "instructions": format!("Keep {text}"), "query": text, "targetTokens": 3000}));
        imported.push(json!({"role": "user", "content": format!("from a file: {text}")}));
    }
    imported.push(json!({"role": "assistant", "content": prose(20, 1)}));
    let path = place.outside("talk.json");
    std::fs::write(&path, json!(imported).to_string()).unwrap();
    server.call("import", json!({"path": path, "sessionId": "imported"}));
    std::fs::remove_file(&path).unwrap();
    for session in ["s0", "s1", "s2", "imported"] {
        for format in ["anthropic", "openai", "markdown"] {
            server.call(
                "compact",
                json!({"sessionId": session, "format": format, "targetTokens": 20_000, "apply": false}),
            );
        }
        server.call("compact", json!({"sessionId": session, "targetTokens": 2000}));
        server.call("refresh", json!({"sessionId": session}));
        server.call("memory", json!({"sessionId": session}));
        server.call("events", json!({"sessionId": session, "fromSeq": 1, "toSeq": 10_000}));
    }
    server.call("search", json!({"query": "Look this is it", "limit": 100}));
    server.call("sessions", json!({}));
    let mut places: Vec<(String, Vec<u8>)> =
        server.heard.iter().map(|body| (format!("{body:.60}"), body.clone().into_bytes())).collect();
    drop(server);
    for args in [vec!["show", "s0"], vec!["sessions", "--json"], vec!["search", "this", "--json"]] {
        places.push((format!("{args:?}"), run(&place.state(), &place.root(), &args, "").stdout.into_bytes()));
    }
    let files: Vec<_> = files_under(&place.state()).into_iter().chain(files_under(&place.root())).collect();
    assert!(
        files.iter().any(|path| path.ends_with("store.db"))
            && files.iter().any(|path| path.extension().is_some_and(|e| e == "log"))
    );
    places.extend(files.into_iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())));
    let mut leaks = Vec::new();
    for (text, secret) in &secrets {
        for (name, bytes) in &places {
            if has_bytes(bytes, secret) {
                leaks.push(format!("{text:.40} in {name}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
    // They were there: each left its placeholder.
    let store = places.iter().find(|(name, _)| name.ends_with("store.db")).unwrap();
    assert!(has_bytes(&store.1, "[redacted:"));
}

/// What the user writes into the file is theirs, but it does not leave with a secret in it.
#[test]
fn a_secret_written_into_the_memory_file_is_not_stored_or_sent() {
    let place = Workspace::new();
    let mut server = Server::quiet(&place);
    server.tolerate(DID_UPDATE);
    server.append("s", &[user("u1", &prose(3000, 1))]);
    server.call("refresh", json!({"sessionId": "s"}));
    let secret = format!("{}_{}", "ghp", random(36, 77, ALNUM));
    let file = place.memory_file("s");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}- The token is {secret} for now.\n")).unwrap();
    server.call("memory", json!({"sessionId": "s"}));
    server.append("s", &[user("u2", "go on")]);
    server.call("compact", json!({"sessionId": "s", "targetTokens": 2000}));
    server.call("refresh", json!({"sessionId": "s"}));
    assert!(!server.heard.iter().any(|body| body.contains(&secret)), "it was sent");
    drop(server);
    for path in files_under(&place.state()) {
        assert!(!has_bytes(&std::fs::read(&path).unwrap(), &secret), "it is in {path:?}");
    }
}
