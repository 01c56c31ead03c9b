//! The setting `memoryFile`: from a template to the folders and the file name below the workspace.
//!
//! The setting can come from a workspace, so it is refused unless it stays inside, on every platform, and
//! gives each session a file of its own.

use std::path::Path;

use super::FileError;
use super::folder_name::is_device_name;

/// What the setting `memoryFile` is when nobody sets it.
pub const DEFAULT_TEMPLATE: &str = ".session-memory/{session}/session-memory.md";

const PLACEHOLDER: &str = "{session}";

/// The folders and the file name that `template` stands for.
pub(super) fn expand(template: &str, session: &str) -> Result<(Vec<String>, String), FileError> {
    let path = template.replace(PLACEHOLDER, session);
    if let Some(problem) = problem(template, &path) {
        let template = template.to_owned();
        return Err(FileError::Template { template, problem });
    }
    let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
    let name = folders.pop().unwrap_or_default();
    Ok((folders, name))
}

/// Whether a relative path has the shape of the template.
pub(super) fn fits(template: &str, path: &Path) -> bool {
    let mut parts = path.iter();
    let fits_part = |wanted: &str| {
        let part = parts.next().and_then(std::ffi::OsStr::to_str);
        part.is_some_and(|part| match wanted.split_once(PLACEHOLDER) {
            Some((before, after)) if after.contains(PLACEHOLDER) => part.starts_with(before),
            Some((before, after)) => part.starts_with(before) && part.ends_with(after),
            None => part == wanted,
        })
    };
    template.split('/').all(fits_part) && parts.next().is_none()
}

/// `path` is the template with the session filled in: its parts are checked there, since a session named `it`
/// would turn `.g{session}` into `.git`.
fn problem(template: &str, path: &str) -> Option<&'static str> {
    if template.is_empty() {
        return Some("it is empty");
    }
    if template.starts_with(['/', '\\', '~']) || template.get(1..2) == Some(":") {
        return Some("it is not relative to the workspace");
    }
    if template.contains('\\') {
        return Some("it has a backslash; write / between folders, on Windows too");
    }
    if template.contains(|c: char| c.is_control() || ":*?\"<>|".contains(c)) {
        return Some("it has a character that some file systems do not allow");
    }
    if !template.contains(PLACEHOLDER) {
        return Some("without {session} all sessions would share one file");
    }
    if path.contains(['{', '}']) {
        return Some("{session} is the only placeholder there is");
    }
    path.split('/').find_map(part_problem).or_else(|| {
        let is_markdown = Path::new(path).extension().is_some_and(|extension| extension == "md");
        (!is_markdown).then_some("its file name does not end in .md")
    })
}

fn part_problem(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("it has an empty part: two slashes in a row, or one at the end"),
        "." | ".." => Some("it has a part . or .."),
        _ if part.ends_with(['.', ' ']) => Some("a part ends in a dot or a space"),
        _ if is_device_name(part) => Some("a part is the name of a device on Windows"),
        _ if part.eq_ignore_ascii_case(".git") => Some("it points into the folder of git itself"),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_stay_inside_are_taken_apart() {
        fn check(template: &str, folders: &[&str], name: &str) {
            let expanded = expand(template, "s1").unwrap();
            assert_eq!((expanded.0, expanded.1.as_str()), (folders.iter().map(ToString::to_string).collect(), name));
        }
        check(DEFAULT_TEMPLATE, &[".session-memory", "s1"], "session-memory.md");
        check("{session}.md", &[], "s1.md");
        check("my notes/a-{session}/{session}.md", &["my notes", "a-s1"], "s1.md");
    }

    #[test]
    fn paths_fit_the_template_by_their_shape() {
        fn check(template: &str, path: &str, expected: bool) {
            assert_eq!(fits(template, Path::new(path)), expected, "{template}: {path}");
        }
        check(DEFAULT_TEMPLATE, ".session-memory/s1/session-memory.md", true);
        check(DEFAULT_TEMPLATE, ".session-memory/s1/other.md", false);
        check(DEFAULT_TEMPLATE, "session-memory.md", false);
        check(DEFAULT_TEMPLATE, ".session-memory/s1/session-memory.md/more", false);
        check(DEFAULT_TEMPLATE, "elsewhere/s1/session-memory.md", false);
        check("a-{session}-b/{session}.md", "a-s1-b/s1.md", true);
        check("a-{session}-b/{session}.md", "s1/s1.md", false);
        check("{session}{session}.md", "s1s1.md", true);
    }

    #[test]
    fn templates_that_do_not_are_refused_with_a_reason() {
        #[track_caller]
        fn check(template: &str, session: &str, reason: &str) {
            let message = expand(template, session).unwrap_err().to_string();
            assert!(message.contains(reason), "{template}: {message}");
            assert!(message.contains(&format!("{template:?}")), "{message}");
            assert!(message.contains(DEFAULT_TEMPLATE), "{message}");
        }
        check("", "s1", "empty");
        check("/tmp/{session}.md", "s1", "not relative");
        check("~/{session}.md", "s1", "not relative");
        check("C:/{session}.md", "s1", "not relative");
        check("\\\\host\\{session}.md", "s1", "not relative");
        check("a\\{session}.md", "s1", "backslash");
        check("a/{session}.md:stream", "s1", "character");
        check("a/\0{session}.md", "s1", "character");
        check("a/session.md", "s1", "share one file");
        check("{date}/{session}.md", "s1", "only placeholder");
        check("a//{session}.md", "s1", "empty part");
        check("{session}/", "s1", "empty part");
        check("../{session}.md", "s1", "part . or ..");
        check("a/../{session}.md", "s1", "part . or ..");
        check("./{session}.md", "s1", "part . or ..");
        check("a./{session}.md", "s1", "dot or a space");
        check("com{session}/m.md", "1", "device");
        check(".g{session}/m.md", "it", "git itself");
        check("a/.GIT/{session}.md", "s1", "git itself");
        check("{session}/settings.json", "s1", "end in .md");
    }
}
