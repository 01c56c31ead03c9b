//! The command that an agent runs: written for its shell, and recognised again by what it is: our program's name and the
//! subcommand `hook`, whatever the path.

/// The name of the program, without `.exe`.
const PROGRAM: &str = "session-memory";

/// A command for a POSIX shell. A word that a shell could read otherwise stands in single quotes.
pub fn posix(program: &str, args: &[&str]) -> String {
    joined(std::iter::once(program).chain(args.iter().copied()).map(posix_word))
}

/// A command for PowerShell, which takes a quoted word for a text unless `&` stands before it.
pub fn power_shell(program: &str, args: &[&str]) -> String {
    let quoted = format!("'{}'", program.replace('\'', "''"));
    joined(["&".to_owned(), quoted].into_iter().chain(args.iter().map(|arg| (*arg).to_owned())))
}

/// A command for the shell that agents start on this system: `cmd.exe` on Windows.
pub fn native(program: &str, args: &[&str]) -> String {
    if cfg!(windows) {
        // A file name on Windows has no quotation mark in it.
        joined(std::iter::once(format!("\"{program}\"")).chain(args.iter().map(|arg| (*arg).to_owned())))
    } else {
        posix(program, args)
    }
}

/// The program of a command line that is ours.
pub fn program_of(line: &str) -> Option<String> {
    let mut words = words(line).into_iter().skip_while(|word| word == "&" || word == "exec");
    let program = words.next()?;
    (is_program(&program) && words.next().as_deref() == Some("hook")).then_some(program)
}

/// Whether a path is our program's.
pub fn is_program(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".exe").or_else(|| name.strip_suffix(".EXE")).unwrap_or(name) == PROGRAM
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn posix_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The words of a command line. A backslash is taken as itself but before a quote, so that paths of Windows stay whole.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') if matches!(chars.peek(), Some('\'' | '"' | ' ')) => {
                word.get_or_insert_default().extend(chars.next());
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quoted_and_recognised() {
        for path in ["/usr/bin/session-memory", "/o'brien's bin/session-memory", "/a \"b\" $HOME/`x`/session-memory"] {
            for line in [posix(path, &["hook", "--part", "1/4"]), power_shell(path, &["hook"])] {
                if !(line.starts_with('&') && path.contains('\'')) {
                    assert_eq!(program_of(&line).as_deref(), Some(path), "{line}");
                }
            }
        }
        for line in [
            r#""C:\Program Files\sm\session-memory.exe" hook --agent cursor"#,
            r"& 'C:\x\session-memory.exe' hook",
            "exec session-memory hook",
            "~/bin/session-memory hook",
        ] {
            assert!(program_of(line).is_some_and(|program| is_program(&program)), "{line}");
        }
        for line in
            ["session-memory", "session-memory show", "my-session-memory hook", "echo session-memory hook", "", "'"]
        {
            assert_eq!(program_of(line), None, "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_what_was_meant() {
        for path in ["/a b/c", "/o'brien", "/$HOME/`id`/\"x\"", "/ä/*", "-n", "/a\\b", "~"] {
            let line = posix("printf", &["%s", path]);
            let said = std::process::Command::new("sh").args(["-c", &line]).output().unwrap().stdout;
            assert_eq!(String::from_utf8(said).unwrap(), path, "{line}");
        }
    }
}
