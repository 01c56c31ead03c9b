//! Private keys, whole and in pieces.

use super::super::{redact, redact_json};
use super::{check_hidden, noise};

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn begin(kind: &str) -> String {
    ["-----BEGIN ", kind, "PRIVATE ", "KEY-----"].concat()
}

fn end(kind: &str) -> String {
    ["-----END ", kind, "PRIVATE ", "KEY-----"].concat()
}

/// Lines of key material; the last one is short.
fn body() -> Vec<String> {
    let mut lines: Vec<String> = (1..=12).map(|line| noise(BASE64, 64, line)).collect();
    lines.push("aQ8=".to_owned());
    lines
}

fn pem(kind: &str, separator: &str) -> String {
    [begin(kind), body().join(separator), end(kind)].join(separator)
}

#[test]
fn whole_keys() {
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        check_hidden("key:\n", &pem(kind, "\n"), "\nnext", "private-key");
    }
    check_hidden("KEY=\"", &pem("RSA ", "\\n"), "\"\n", "private-key");
    check_hidden("\"private_key\": \"", &pem("", "\\n"), "\\n\"", "private-key");
    check_hidden("key: |\n    ", &pem("RSA ", "\n    "), "\nother: 1", "private-key");
    check_hidden("+", &pem("RSA ", "\n+"), "\n", "private-key");
    check_hidden("KEY = \"", &pem("RSA ", "\\n\" +\n        \""), "\";", "private-key");
    check_hidden("", &pem("RSA ", "\r\n"), "\r\n", "private-key");
    let numbered = pem("RSA ", "\n    10\u{2192}");
    check_hidden("     9\u{2192}", &numbered, "\n    23\u{2192}x", "private-key");
}

#[test]
fn headers_and_other_formats() {
    let headers = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n";
    let key = [&begin("RSA "), headers, &body().join("\n"), "\n", &end("RSA ")].concat();
    check_hidden("", &key, "\n", "private-key");
    let pgp = [
        "-----BEGIN PGP PRIVATE ",
        "KEY BLOCK-----\n\n",
        &body().join("\n"),
        "\n=aB3d\n-----END PGP PRIVATE ",
        "KEY BLOCK-----",
    ];
    check_hidden("", &pgp.concat(), "\n", "private-key");
    let short = [&begin(""), "\n", &noise(BASE64, 64, 90), "\n", &end("")].concat();
    check_hidden("", &short, "\n", "private-key");
}

#[test]
fn keys_cut_off_at_either_end() {
    let lines = body();
    let head = [begin("RSA "), lines[..5].join("\n")].join("\n");
    check_hidden("$ head -6 id_rsa\n", &head, "\n$ ls\nsrc tests\n", "private-key");
    let tail = [lines[8..].join("\n"), end("RSA ")].join("\n");
    check_hidden("... 40 lines omitted ...\n", &tail, "\n$ ", "private-key");
}

#[test]
fn a_key_as_a_list_of_lines_is_hidden_in_every_string() {
    let mut lines = vec![begin("RSA ")];
    lines.extend(body());
    lines.push(end("RSA "));
    let raw = serde_json::json!({ "source": lines, "after": "kept" }).to_string();
    let hidden: serde_json::Value = serde_json::from_str(&redact_json(&raw)).unwrap();
    assert_eq!(hidden["source"], serde_json::json!(vec!["[redacted:private-key]"; lines.len()]));
    assert_eq!(hidden["after"], "kept");
}

#[test]
fn a_cut_key_does_not_swallow_the_next_field() {
    let head = [begin("RSA "), body()[..5].join("\n")].join("\n");
    let raw = serde_json::json!({ "stdout": head, "stderr": "src/engine/conversation/turns/records", "code": 0 });
    let hidden: serde_json::Value = serde_json::from_str(&redact_json(&raw.to_string())).unwrap();
    assert_eq!(hidden["stdout"], "[redacted:private-key]");
    assert_eq!(hidden["stderr"], raw["stderr"]);
}

#[test]
fn code_about_keys_stays() {
    for text in [
        format!("if text.starts_with(\"{}\") {{ return Err(Error::PrivateKeyInRepository); }}", begin("")),
        format!("grep -c '{}' deploy/keys/*.pem", begin("RSA ")),
        format!("{}\n...\n{}", begin(""), end("")),
        format!("{}\n<paste the contents of your key here>\n{}", begin(""), end("")),
        format!(
            "let (head, tail) = (\"{}\", \"{}\");\nlet body = include_str!(\"../fixtures/server.pem\");",
            begin(""),
            end("")
        ),
    ] {
        assert_eq!(redact(&text), text);
    }
}
