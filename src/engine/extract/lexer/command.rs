//! Programs with their sub-commands.

use super::Kind;
use super::names::is_file;

/// The programs and sub-commands that a shell command runs: `mise run lint`, `cargo test`.
pub fn scan_command<'a>(command: &'a str, mut found: impl FnMut(Kind, &'a str)) {
    for part in command.split(['\n', ';', '|', '&']) {
        let mut part = part.trim();
        // `NAME=value program`: the assignment is not the program.
        while let Some((first, rest)) = part.split_once(' ') {
            if !first.contains('=') {
                break;
            }
            part = rest.trim_start();
        }
        let mut end = 0;
        let mut count = 0;
        for piece in part.split(' ') {
            let plain = piece.starts_with(|letter: char| {
                letter.is_ascii_lowercase() || (count == 0 && ('.' == letter || letter == '/'))
            }) && piece.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'.' | b':' | b'-')
                    || (count == 0 && byte == b'/')
            });
            if !plain || count == 3 || (count > 0 && is_file(piece)) {
                break;
            }
            end += piece.len() + usize::from(count > 0);
            count += 1;
        }
        let program = part.split(' ').next().unwrap_or_default();
        if let Some(key) = part.get(..end).filter(|_| count >= 2 && !COMMON.contains(&program)) {
            found(Kind::Command, key);
        }
    }
}

/// Programs that every agent knows how to call without having to remember it.
const COMMON: [&str; 40] = [
    "awk", "cat", "cd", "chmod", "cp", "curl", "cut", "diff", "do", "done", "echo", "else", "env", "export", "fi",
    "find", "for", "git", "grep", "head", "if", "jq", "ls", "mkdir", "mv", "printf", "pwd", "rg", "rm", "sed", "set",
    "sleep", "sort", "sudo", "tail", "then", "touch", "wc", "which", "xargs",
];
