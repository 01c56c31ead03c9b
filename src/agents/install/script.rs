//! The hooks of Cline: a folder with one executable file for each event, called after it.
//!
//! Cline holds its work when a hook fails, so a script answers even when our program is gone.

use super::command::{posix, power_shell, program_of};

/// The events that we have a file for.
pub const EVENTS: [&str; 7] =
    ["TaskStart", "TaskResume", "TaskCancel", "TaskComplete", "UserPromptSubmit", "PostToolUse", "PreCompact"];

/// The answer that lets Cline go on.
const GO_ON: &str = r#"{"cancel":false}"#;

/// The name of an event's file.
pub fn name(event: &str) -> String {
    format!("{event}{}", if cfg!(windows) { ".ps1" } else { "" })
}

/// What stands in an event's file.
pub fn text(event: &str, program: &str) -> String {
    let args = ["hook", "--agent", "cline", "--event", event];
    let said = "# Written by `session-memory install cline`; with --uninstall behind it that takes this file away.";
    if cfg!(windows) {
        let line = power_shell(program, &args);
        format!("{said}\n{line}\nif (-not $?) {{ '{GO_ON}' }}\nexit 0\n")
    } else {
        let line = posix(program, &args);
        format!("#!/bin/sh\n{said}\n{line} || printf '%s\\n' '{GO_ON}'\n")
    }
}

/// Whether a file is ours.
pub fn is_ours(text: &str) -> bool {
    text.lines().any(|line| program_of(line).is_some() && line.contains("--agent cline"))
}
