//! Which format a file is in, told from its first records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn formats_are_told_by_content() {
    let claude = Some(Format::ClaudeCode);
    let messages = Some(Format::Messages);
    let check = |head: &str, expected: Option<Format>| assert_eq!(detect(head.as_bytes()), expected, "{head}");
    check(r#"{"parentUuid":null,"sessionId":"s","type":"user","message":{"role":"user"},"uuid":"u"}"#, claude);
    check(r#"{"type":"assistant","uuid":"u","message":{"role":"assistant"}}"#, claude);
    check("\u{feff}// a comment\n\n{\"type\":\"summary\",\"summary\":\"t\",\"leafUuid\":\"l\"}\n", claude);
    check(r#"{"type":"file-history-snapshot","messageId":"m","snapshot":{}}"#, claude);
    check("{\"odd\":1}\nnonsense\n{\"type\":\"queue-operation\",\"sessionId\":\"s\"}", claude);
    check(r#"{"parentUuid":"p","sessionId":"s","type":"user","message":{"role":"us"#, claude);

    check(r#"[{"role":"user","content":"x"}]"#, messages);
    check(r#"  { "system": "s", "messages" : [ {"content": [], "role": "assistant"}, "#, messages);
    check(r#"{"info":{"messages":3},"messages":[{"role":"system","content":"#, messages);
    check(r#"{"trajectory":[{"action":"ls","observation":"a"},"#, Some(Format::SweAgent));
    check(r#"{"environment":"e","history":[{"role":"system","content":"x","agent":"a"}]}"#, Some(Format::SweAgent));
    check(r#"{"messages":[],"budget":1}"#, messages);
    check("{\"role\":\"user\",\"content\":\"x\"}\n{\"role\":\"assistant\",\"content\":\"y\"}\n", messages);
    check(r#"{"role":"assistant","content":null,"tool_calls":[]}"#, messages);

    // Codex, Gemini, OpenCode, Pi, Copilot, OpenHands.
    check(r#"{"timestamp":"t","type":"session_meta","payload":{"id":"i","cwd":"/"}}"#, Some(Format::Codex));
    check(r#"{"id":"i","timestamp":"t","instructions":null,"git":{}}"#, Some(Format::Codex));
    check(
        r#"{"sessionId":"s","projectHash":"h","messages":[{"id":"1","type":"user","content":"x"}]}"#,
        Some(Format::Gemini),
    );
    check(
        "{\"sessionId\":\"s\",\"projectHash\":\"h\"}\n{\"id\":\"1\",\"type\":\"user\",\"content\":[]}",
        Some(Format::Gemini),
    );
    check(r#"{"info":{"id":"ses"},"messages":[{"info":{"role":"user"},"parts":[]}]}"#, Some(Format::OpenCode));
    check(
        "{\"type\":\"session\",\"id\":\"i\",\"cwd\":\"/\"}\n{\"type\":\"message\",\"message\":{\"role\":\"user\"}}",
        Some(Format::Pi),
    );
    check(r#"{"type":"session.start","data":{"sessionId":"s"},"id":"e"}"#, Some(Format::Copilot));
    check(r#"{"id":"i","source":"agent","timestamp":"t","kind":"ActionEvent","action":{}}"#, Some(Format::OpenHands));
    check("", None);
    check("plain text\nin lines", None);
    check("[1,2]", None);
    check("{", None);
}
