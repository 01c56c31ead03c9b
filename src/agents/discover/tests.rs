use super::*;

fn around() -> Surroundings {
    Surroundings { home: "/home/me".into(), documents: "/home/me/Documents".into(), variable: |_| None }
}

fn shelf(keeper: Keeper, root: &str) -> Shelf {
    shelves(&around(), Path::new(root)).into_iter().find(|shelf| shelf.keeper == keeper).unwrap()
}

#[test]
fn what_concerns_a_workspace() {
    let long = format!("/w/{}", "x".repeat(300));
    let cut = format!("/home/me/.claude/projects/-w-{}", "x".repeat(197));
    let day = "/home/me/.codex/sessions/2026/03/01";
    let code = "/home/me/.config/Code/User";
    let cases: &[(Keeper, &str, String, bool)] = &[
        (Keeper::ClaudeCode, "/w/a.b c", "/home/me/.claude/projects/-w-a-b-c/s.jsonl".into(), true),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/projects/-w-a-sub/s.jsonl".into(), true),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/projects/-w-ab/s.jsonl".into(), false),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/projects/-w-a/agent-1.jsonl".into(), false),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/projects/-w-a/s/subagents/agent-1.jsonl".into(), false),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/projects/-w-a/s.json".into(), false),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/settings.json".into(), false),
        // On the way there: it may have been made anew.
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude/projects".into(), true),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.claude".into(), true),
        (Keeper::ClaudeCode, "/w/a", "/home/me/.bash_history".into(), false),
        (Keeper::ClaudeCode, &long, format!("{cut}-1a2b3c/s.jsonl"), true),
        (Keeper::ClaudeCode, &long, "/home/me/.claude/projects/-w-x/s.jsonl".into(), false),
        (Keeper::Codex, "/w/a", format!("{day}/rollout-2026-03-01T10-00-00-id.jsonl"), true),
        (Keeper::Codex, "/w/a", format!("{day}/other.jsonl"), false),
        (Keeper::Codex, "/w/a", "/home/me/.codex/sessions/late/03/01/rollout-x.jsonl".into(), false),
        (Keeper::Gemini, "/w/a", "/home/me/.gemini/tmp/a-name/chats/session-1.json".into(), true),
        (Keeper::Gemini, "/w/a", format!("/home/me/.gemini/tmp/{}/chats/session-1.json", "0".repeat(64)), false),
        (Keeper::Gemini, "/w/a", "/home/me/.gemini/tmp/a-name/logs.json".into(), false),
        (Keeper::Pi, "/w/a", "/home/me/.pi/agent/sessions/--w-a--/1.jsonl".into(), true),
        (Keeper::Pi, "/w/a", "/home/me/.pi/agent/sessions/--w-ab--/1.jsonl".into(), false),
        (Keeper::CopilotCli, "/w/a", "/home/me/.copilot/session-state/1/events.jsonl".into(), true),
        (
            Keeper::CopilotChat,
            "/w/a",
            format!("{code}/workspaceStorage/1/GitHub.copilot-chat/transcripts/1.jsonl"),
            true,
        ),
        (
            Keeper::Cline,
            "/w/a",
            format!("{code}/globalStorage/saoudrizwan.claude-dev/tasks/1/api_conversation_history.json"),
            true,
        ),
        (Keeper::Cline, "/w/a", format!("{code}/globalStorage/saoudrizwan.claude-dev/tasks/1/ui_messages.json"), false),
        (Keeper::OpenCode, "/w/a", "/home/me/.local/share/opencode/opencode.db-wal".into(), true),
        (Keeper::OpenCode, "/w/a", "/home/me/.local/share/opencode/log".into(), false),
        (Keeper::OpenHands, "/w/a", "/home/me/.openhands/conversations/1/base_state.json".into(), true),
    ];
    if cfg!(target_os = "linux") {
        for (keeper, root, path, expected) in cases {
            assert_eq!(shelf(*keeper, root).concerns(Path::new(path)), *expected, "{root} {path}");
        }
    }
}

#[test]
fn agents_live_where_their_variables_say() {
    let variable = |name: &str| match name {
        "CLAUDE_CONFIG_DIR" => Some(PathBuf::from("/c")),
        "CODEX_HOME" => Some(PathBuf::from("/x")),
        "XDG_DATA_HOME" => Some(PathBuf::from("/d")),
        _ => None,
    };
    let all = shelves(&Surroundings { variable, ..around() }, Path::new("/w/a"));
    let base = |keeper: Keeper| all.iter().find(|shelf| shelf.keeper == keeper).unwrap().base.clone();
    assert_eq!(base(Keeper::ClaudeCode), Path::new("/c"));
    assert_eq!(base(Keeper::Codex), Path::new("/x"));
    assert_eq!(base(Keeper::OpenCode), Path::new("/d/opencode"));
}

#[test]
fn a_field_in_a_beginning() {
    let cases = [
        (r#"{"payload":{"id":"a","cwd":"/w/a b","instructions":"and so o"#, Some("/w/a b")),
        (r#"{"cwd": "/w/\"q\"", "x"#, Some("/w/\"q\"")),
        // In somebody's text there is a backslash before each quote.
        (r#"{"text":"say \"cwd\":\"/evil\" now","cwd":"/w"}"#, Some("/w")),
        (r#"{"text":"say \"cwd\":\"/evil\" now"}"#, None),
        (r#"{"names":["cwd"],"cwd":"/w"}"#, Some("/w")),
        (r#"{"cwd":"/w/cut of"#, None),
        (r#"{"cwd":7}"#, None),
        ("", None),
    ];
    for (head, expected) in cases {
        assert_eq!(field(head, "cwd").as_deref(), expected, "{head}");
    }
}

#[test]
fn titles_can_do_nothing() {
    let long = "é".repeat(200);
    let cases = [
        ("  Mend it.  \nsecond", "Mend it."),
        ("\n\n a", "a"),
        ("\u{1b}[31mred\u{7}", "\u{fffd}[31mred\u{fffd}"),
        ("a\u{202e}b\u{200b}c\u{2066}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
        ("", ""),
    ];
    for (title, expected) in cases {
        assert_eq!(harmless(title), expected, "{title:?}");
    }
    assert_eq!(harmless(&long).chars().count(), 80);
}
