//! Every vendor's token in every context. Secrets are drawn at run time, so none stands in this repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod assigned;
mod innocent;
mod keys;
mod properties;

use std::borrow::Cow;

use super::{redact, redact_json};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";

/// `count` characters of `alphabet`, always the same for the same `seed`.
fn noise(alphabet: &str, count: usize, seed: u64) -> String {
    let alphabet = alphabet.as_bytes();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x0d1b_54a3_2d19_2ed0;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()])
    };
    (0..count).map(|_| draw()).collect()
}

fn alnum(count: usize, seed: u64) -> String {
    noise(&[UPPER, LOWER, DIGITS].concat(), count, seed)
}

fn word(count: usize, seed: u64) -> String {
    // The last character is a letter, or the sentence's punctuation might seem to belong to the token.
    noise(&[UPPER, LOWER, DIGITS, "_-"].concat(), count - 1, seed) + "x"
}

fn hex(count: usize, seed: u64) -> String {
    noise(HEX, count, seed)
}

fn upper(count: usize, seed: u64) -> String {
    noise(&[UPPER, "234567"].concat(), count, seed)
}

/// The kind and an example of every token that is known by itself.
fn tokens() -> Vec<(&'static str, String)> {
    let join = |parts: &[&str]| parts.concat();
    vec![
        ("aws-access-key", join(&["AKIA", &upper(16, 1)])),
        ("aws-access-key", join(&["ASIA", &upper(16, 2)])),
        ("aws-session-token", join(&["IQoJb3JpZ2lu", &alnum(12, 80), "//////////8B", &alnum(300, 81), "=="])),
        ("github-token", join(&["ghp_", &alnum(36, 3)])),
        ("github-token", join(&["gho_", &alnum(36, 4)])),
        ("github-token", join(&["ghu_", &alnum(36, 5)])),
        ("github-token", join(&["ghs_", &alnum(36, 6)])),
        ("github-token", join(&["ghr_", &alnum(76, 7)])),
        ("github-token", join(&["github_pat_", &alnum(22, 8), "_", &alnum(59, 9)])),
        ("gitlab-token", join(&["glpat-", &word(20, 10)])),
        ("slack-token", join(&["xoxb-", &noise(DIGITS, 12, 11), "-", &noise(DIGITS, 13, 12), "-", &alnum(24, 13)])),
        ("slack-token", join(&["xoxp-", &noise(DIGITS, 12, 14), "-", &hex(32, 15)])),
        (
            "slack-webhook",
            join(&["hooks.slack.com/", "services/T", &upper(8, 16), "/B", &upper(8, 17), "/", &alnum(24, 18)]),
        ),
        ("discord-webhook", join(&["/api/webhooks/", &noise(DIGITS, 18, 19), "/", &word(68, 20)])),
        ("stripe-key", join(&["sk_live_", &alnum(24, 21)])),
        ("stripe-key", join(&["rk_test_", &alnum(99, 22)])),
        ("openai-key", join(&["sk-", &alnum(48, 23)])),
        ("openai-key", join(&["sk-proj-", &word(156, 24)])),
        ("anthropic-key", join(&["sk-ant-", "api03-", &word(95, 25)])),
        ("openrouter-key", join(&["sk-or-v1-", &hex(64, 26)])),
        ("google-api-key", join(&["AIza", &word(35, 27)])),
        ("google-oauth-token", join(&["ya29.", &word(120, 28)])),
        ("google-oauth-secret", join(&["GOCSPX-", &word(28, 29)])),
        ("npm-token", join(&["npm_", &alnum(36, 30)])),
        ("pypi-token", join(&["pypi-", &word(150, 31)])),
        ("crates-io-token", join(&["cio", &alnum(32, 32)])),
        ("huggingface-token", join(&["hf_", &noise(&[UPPER, LOWER].concat(), 34, 33)])),
        ("groq-key", join(&["gsk_", &alnum(52, 34)])),
        ("xai-key", join(&["xai-", &alnum(80, 35)])),
        ("replicate-token", join(&["r8_", &alnum(37, 36)])),
        ("sendgrid-key", join(&["SG.", &word(22, 37), ".", &word(43, 38)])),
        ("twilio-key", join(&["SK", &hex(32, 39)])),
        ("mailgun-key", join(&["key-", &hex(32, 40)])),
        ("digitalocean-token", join(&["dop_v1_", &hex(64, 41)])),
        ("databricks-token", join(&["dapi", &hex(32, 42)])),
        ("azure-key", join(&["AccountKey=", &alnum(86, 43), "=="])),
        ("azure-sas", join(&["sig=", &alnum(43, 44), "%3D"])),
        ("jwt", join(&["eyJ", &word(33, 45), ".", "eyJ", &word(80, 46), ".", &word(43, 47)])),
        ("vault-token", join(&["hvs.", &word(90, 48)])),
        ("linear-key", join(&["lin_api_", &alnum(40, 49)])),
        ("notion-token", join(&["ntn_", &alnum(46, 50)])),
        ("shopify-token", join(&["shpat_", &hex(32, 51)])),
        ("docker-token", join(&["dckr_pat_", &word(27, 52)])),
        ("atlassian-token", join(&["ATATT3", &word(180, 53), "=", &noise("0123456789ABCDEF", 8, 54)])),
        ("cloudflare-key", join(&["v1.0-", &hex(24, 55), "-", &hex(146, 56)])),
        ("age-key", join(&["AGE-SECRET-KEY-1", &upper(58, 57)])),
        ("grafana-token", join(&["glsa_", &alnum(32, 58), "_", &hex(8, 59)])),
        ("newrelic-key", join(&["NRAK-", &noise(&[UPPER, DIGITS].concat(), 27, 60)])),
        ("telegram-bot-token", join(&[&noise(DIGITS, 10, 61), ":AA", &word(33, 62)])),
    ]
}

/// Asserts that both functions hide `secret` as `kind`, leave the rest of `before + secret + after`, and are done.
fn check_hidden(before: &str, secret: &str, after: &str, kind: &str) {
    let text = [before, secret, after].concat();
    let expected = format!("{before}[redacted:{kind}]{after}");
    assert_eq!(redact(&text), expected, "in {text}");
    assert_eq!(redact(&expected), expected, "a second time");
    let mut json = serde_json::json!({ "content": [{ "text": text }] });
    for depth in 0..3 {
        let raw = json.to_string();
        let hidden = redact_json(&raw);
        let mut inner: serde_json::Value = serde_json::from_str(&hidden).unwrap_or_else(|e| panic!("{e} in {hidden}"));
        for _ in 0..depth {
            inner = serde_json::from_str(inner["output"].as_str().unwrap()).unwrap();
        }
        assert_eq!(inner["content"][0]["text"], expected, "{depth} levels deep in {raw}");
        json = serde_json::json!({ "output": raw });
    }
}

#[test]
fn tokens_are_hidden_in_every_context() {
    for (kind, token) in tokens() {
        for (before, after) in [
            ("", ""),
            ("I pasted it here: ", ", please use it"),
            ("The value (", ") is old."),
            ("MY_VALUE=", "\nOTHER=1\n"),
            ("export MY_VALUE=\"", "\"\n"),
            ("config:\n  value: ", "\n  other: 1\n"),
            ("value = '", "'  # rotate\n"),
            ("https://host.invalid/path?value=", "&page=2"),
            ("curl -H 'X-Value: ", "' https://host.invalid/"),
            ("line one\n", "\nline three"),
            ("a\tb\t", "\tc"),
            ("C:\\", " x"),
            ("     7\u{2192}", "\n     8\u{2192}}"),
            ("\u{1b}[32m", "\u{1b}[0m done"),
            ("é\u{1f980} ", " ünï"),
        ] {
            check_hidden(before, &token, after, kind);
        }
    }
}

#[test]
fn clean_text_is_borrowed() {
    assert!(matches!(redact("fn main() { let token = lexer.token(); }"), Cow::Borrowed(_)));
    assert!(matches!(redact_json(r#"{"usage":{"input_tokens":12}}"#), Cow::Borrowed(_)));
}

#[test]
fn neighbours_of_a_token_stay() {
    let (a, b) = (["ghp_", &alnum(36, 70)].concat(), ["npm_", &alnum(36, 71)].concat());
    assert_eq!(
        redact(&format!("{a},{b} {a}.")),
        "[redacted:github-token],[redacted:npm-token] [redacted:github-token]."
    );
}

#[test]
fn malformed_json_is_still_redacted() {
    let token = ["ghp_", &alnum(36, 72)].concat();
    assert_eq!(redact_json(&format!(r#"{{"text":"cut {token} off"#)), r#"{"text":"cut [redacted:github-token] off"#);
    assert_eq!(redact_json(&format!(r#"{{"n":1,"{token}":2}}"#)), r#"{"n":1,"[redacted:github-token]":2}"#);
}

#[test]
fn every_example_is_a_secret() {
    for (text, secret) in super::examples() {
        let clean = redact(&text);
        assert!(!clean.contains(&secret) && clean.contains("[redacted:"), "{text} -> {clean}");
    }
}
