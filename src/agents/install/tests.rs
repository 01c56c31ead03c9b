mod arbitrary;
mod compact_prompt;
mod laws;

use super::*;

const OTHERS: &str = "/opt/others/notify.sh";
const PROGRAM: &str = "/opt/bin/session-memory";

/// The agents whose hooks are in a file of JSON.
const AGENTS: [Agent; 5] = [Agent::ClaudeCode, Agent::Codex, Agent::Copilot, Agent::Gemini, Agent::Cursor];

fn install(agent: Agent, before: Option<&str>) -> String {
    Settings::new(agent, PROGRAM).install(before, before).unwrap_or_else(|fault| panic!("{before:?}: {fault}"))
}

#[test]
fn a_file_of_two_spaces_gets_our_hooks_behind_its_own() {
    let before = r#"{
  "model": "opus",
  "hooks": {
    "Stop": [
      {
        "hooks": [
          { "type": "command", "command": "/opt/others/notify.sh" }
        ]
      }
    ]
  }
}
"#;
    let after = install(Agent::ClaudeCode, Some(before));
    let stop = r#"      {
        "hooks": [
          { "type": "command", "command": "/opt/others/notify.sh" }
        ]
      },
      {
        "hooks": [
          {
            "type": "command",
            "command": "/opt/bin/session-memory",
            "args": [
              "hook",
              "--agent",
              "claude-code"
            ],
            "timeout": 5
          }
        ]
      }
    ],
    "SessionStart": [
"#;
    assert!(after.contains(stop), "{after}");
    assert!(after.starts_with("{\n  \"model\": \"opus\",\n  \"hooks\": {\n    \"Stop\": [\n"), "{after}");
}

#[test]
fn comments_stay_where_they_are() {
    let before = "// mine\n{\n\t// the theme\n\t\"ui\": {\"theme\": \"x\"}, // not y\n\t\"a\": 1 // last\n\t/* end */\n}\n// after\n";
    let settings = Settings::new(Agent::Gemini, PROGRAM);
    let after = settings.install(Some(before), None).unwrap();
    assert!(after.starts_with("// mine\n{\n\t// the theme\n\t\"ui\": {\"theme\": \"x\"}, // not y\n\t\"a\": 1, // last\n\t\"hooks\": {\n\t\t\"SessionStart\": [\n"), "{after}");
    assert!(after.ends_with("\n\t}\n\t/* end */\n}\n// after\n"), "{after}");
    assert_eq!(settings.strip(&after, Some("{}")).unwrap().as_deref(), Some(before));
}

#[test]
fn settings_that_hold_no_hooks_where_hooks_must_be_are_left_alone() {
    let refused =
        |agent: Agent, text: &str| Settings::new(agent, PROGRAM).install(Some(text), None).unwrap_err().to_string();
    let claude = |text: &str| refused(Agent::ClaudeCode, text);
    assert_eq!(claude("{\n\"a\": 1,\n}"), "line 2, column 7: Trailing commas are not allowed");
    assert_eq!(claude("// x\n{}"), "line 1, column 1: Comments are not allowed");
    assert_eq!(claude("{\"a\": 1\n\"b\": 2}"), "line 1, column 8: Expected comma");
    assert_eq!(claude("[]"), "line 1: the file is not an object");
    assert_eq!(claude("{\n\n\"hooks\": []}"), "line 3: `hooks` is not an object");
    assert_eq!(claude("{\"hooks\": {\n\"Stop\": {}}}"), "line 2: `hooks.Stop` is not a list");
    assert_eq!(refused(Agent::Gemini, "{'a': 1}"), "line 1, column 2: Single-quoted strings are not allowed");
    for deep in ["[".repeat(5000), "{\"a\":".repeat(5000)] {
        assert!(claude(&deep).contains("nesting depth"), "{}", claude(&deep));
    }
}

#[test]
fn hooks_of_ours_from_another_path_are_brought_up_to_date() {
    let old = r#"{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "'/old path/session-memory' hook --agent claude-code"}, {"type": "command", "command": "/opt/others/notify.sh"}]}], "Notification": [{"hooks": [{"type": "command", "command": "session-memory", "args": ["hook"]}]}]}}"#;
    let after = Settings::new(Agent::ClaudeCode, PROGRAM).install(Some(old), None).unwrap();
    assert!(!after.contains("/old path/") && after.contains(OTHERS) && !after.contains("Notification"), "{after}");
    assert_eq!(after.matches(PROGRAM).count(), 12, "{after}");
    assert_eq!(install(Agent::ClaudeCode, Some(&after)), after);
}
