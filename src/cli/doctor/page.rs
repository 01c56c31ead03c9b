//! The report as text for a terminal of 80 columns; with colours where it is one.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use serde_json::Value;

use super::super::output::{number, printable};

/// Columns of a line.
const WIDTH: usize = 80;

/// The text of a report.
pub(super) fn page(report: &Value) -> String {
    let colours = std::io::stdout().is_terminal();
    let mut page = Page { text: String::new(), colours };
    page.line("", &format!("workspace  {}", shown(&report["workspace"])));
    page.heading("Agents");
    for row in rows(&report["agents"]).filter(|row| row["found"] == true) {
        let hooks = match (row["user"]["hooks"].as_str(), row["project"]["hooks"].as_str()) {
            (Some("yes"), _) => "hooks are in",
            (_, Some("yes")) => "hooks are in for this project",
            (Some("no"), Some("no")) => "no hooks",
            _ => "hooks need attention",
        };
        let version = row["version"].as_str().unwrap_or("-");
        page.line("  ", &format!("{:<16} {version:<12} {hooks}", shown(&row["title"])));
    }
    page.heading("Sessions here");
    for row in rows(&report["sessions"]) {
        let by = row["by"].as_str().map_or("not kept", |by| if by == "hook" { "hook" } else { "import" });
        let live = if row["live"] == true { "at work" } else { "" };
        let title: String = shown(&row["title"]).chars().take(36).collect();
        page.line("  ", &format!("{:<12} {live:<8} {by:<9} {title}", shown(&row["agent"])));
    }
    if rows(&report["sessions"]).next().is_none() {
        page.line("  ", "none was found");
    }
    let feeder = match report["feeder"].as_str() {
        Some("server") => "an editor's server",
        Some(_) => "a worker that a hook has started",
        None => "nobody at the moment",
    };
    page.line("  ", &format!("followed by {feeder}"));
    page.heading("Settings");
    for row in rows(&report["settings"]) {
        page.line("  ", &format!("{} = {}   from {}", shown(&row["name"]), shown(&row["value"]), shown(&row["from"])));
    }
    page.line("  ", "everything else as by default; an editor may set more");
    page.heading("Store");
    let store = &report["store"];
    page.line("  ", &shown(&store["path"]));
    let size = match (store["schema"].as_u64(), store["bytes"].as_u64()) {
        (Some(schema), Some(bytes)) => format!("{} KB, schema {schema}", number(bytes.div_ceil(1024))),
        _ if store["exists"] == true => "cannot be opened".to_owned(),
        _ => "not made yet: nothing was ever stored here".to_owned(),
    };
    page.line("  ", &size);
    page.heading("Log");
    page.line("  ", &shown(&report["log"]["path"]));
    for line in rows(&report["log"]["problems"]) {
        page.line("  ", &shown(line));
    }
    if rows(&report["log"]["problems"]).next().is_none() {
        page.line("  ", "no problems");
    }
    page.findings(report);
    page.text
}

struct Page {
    text: String,
    colours: bool,
}

impl Page {
    fn heading(&mut self, title: &str) {
        let title = self.painted(title, "1");
        let _ = writeln!(self.text, "\n{title}");
    }

    fn findings(&mut self, report: &Value) {
        self.heading("What to do");
        for row in rows(&report["findings"]) {
            let (sign, colour) = if row["level"] == "problem" { ("!!", "31") } else { ("- ", "33") };
            let sign = self.painted(sign, colour);
            let what = wrapped(&shown(&row["what"]), WIDTH - 5).join("\n     ");
            let _ = writeln!(self.text, "  {sign} {what}");
            let todo = wrapped(&shown(&row["todo"]), WIDTH - 8).join("\n        ");
            let _ = writeln!(self.text, "     -> {todo}");
        }
        if !rows(&report["findings"]).any(|row| row["level"] == "problem") {
            let well = self.painted("all is well", "32");
            let _ = writeln!(self.text, "  {well}");
        }
    }

    /// A line that goes on below with the same indent.
    fn line(&mut self, indent: &str, text: &str) {
        for (at, line) in wrapped(text, WIDTH - indent.len() - 2).into_iter().enumerate() {
            let _ = writeln!(self.text, "{indent}{}{line}", if at == 0 { "" } else { "  " });
        }
    }

    fn painted(&self, text: &str, colour: &str) -> String {
        if self.colours { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A value as text of one line that can do nothing to a terminal.
fn shown(value: &Value) -> String {
    printable(value.as_str().unwrap_or("-")).replace(['\n', '\t'], " ")
}

/// Lines of at most `width` characters, broken at spaces where there are some; a longer word stays whole, so that a path can be
/// copied.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (at, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if at > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        } else if at > 0 {
            if let Some(line) = lines.last_mut() {
                line.push(' ');
            }
            used += 1;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
        used += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a/very/long/path b", 6), ["a/very/long/path", "b"]);
        assert_eq!(wrapped("a   b", 10), ["a   b"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
