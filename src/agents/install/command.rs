//! The command that an agent runs: written for its shell, and recognised again by what it is: our program's name and the
//! subcommand `hook`, whatever the path.

/// The name of the program, without `.exe`.
const PROGRAM: &str = "session-memory";

/// Writes a command for one shell.
pub type Shell = fn(&str, &[&str]) -> String;

/// For a POSIX shell, or for fish. A path that a shell could read otherwise stands in single quotes.
pub fn posix(program: &str, args: &[&str]) -> String {
    let word =
        |word: &str| if is_plain(word, "") { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) };
    joined(word(program), args)
}

/// For PowerShell, which takes a quoted word for a text unless `&` stands before it.
pub fn power_shell(program: &str, args: &[&str]) -> String {
    let quoted = || format!("& '{}'", program.replace('\'', "''"));
    joined(if is_plain(program, "\\") { program.to_owned() } else { quoted() }, args)
}

/// For `cmd.exe`. A file name on Windows has no quotation mark in it.
pub fn cmd(program: &str, args: &[&str]) -> String {
    joined(if is_plain(program, "\\") { program.to_owned() } else { format!("\"{program}\"") }, args)
}

/// For the shell that an agent starts on this system: a POSIX shell, or on Windows the given one.
pub fn native(on_windows: Shell, program: &str, args: &[&str]) -> String {
    if cfg!(windows) { on_windows(program, args) } else { posix(program, args) }
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

/// Our arguments need no quotes in any shell.
fn joined(program: String, args: &[&str]) -> String {
    std::iter::once(program.as_str()).chain(args.iter().copied()).collect::<Vec<_>>().join(" ")
}

fn is_plain(word: &str, more: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c) || more.contains(c);
    !word.is_empty() && word.chars().all(plain)
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
        let shells: [Shell; 3] = [posix, power_shell, cmd];
        for path in ["/usr/bin/session-memory", r"C:\bin\session-memory.exe"] {
            for shell in &shells[1..] {
                assert_eq!(shell(path, &["hook", "--part", "1/4"]), format!("{path} hook --part 1/4"));
            }
        }
        for path in ["/usr/bin/session-memory", "/a $HOME/`x`/session-memory", r"C:\Program Files\session-memory.exe"] {
            for shell in shells {
                let line = shell(path, &["hook", "--agent", "codex"]);
                assert_eq!(program_of(&line).as_deref(), Some(path), "{line}");
            }
        }
        assert_eq!(power_shell("/o'b/session-memory", &["hook"]), "& '/o''b/session-memory' hook");
        let odd = "/o'brien's \"bin\"/session-memory";
        assert_eq!(program_of(&posix(odd, &["hook"])).as_deref(), Some(odd));
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
        for path in ["/a b/c", "/o'brien", "/$HOME/`id`/\"x\"", "/ä/*", "/a\\b", "~"] {
            let line = format!("printf %s {}", posix(path, &[]));
            let said = std::process::Command::new("sh").args(["-c", &line]).output().unwrap().stdout;
            assert_eq!(String::from_utf8(said).unwrap(), path, "{line}");
        }
    }
}
