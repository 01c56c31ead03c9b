use proptest::prelude::*;

use super::*;
use crate::engine::memory::{FrontMatter, render_file};

/// The file of a document with a line for each text, in the section of active work.
fn file(lines: &[&str]) -> String {
    let mut document = Document::default();
    for line in lines {
        document.push(Section::ActiveWork, *line, 1.0);
    }
    render(&document, &Edits::default())
}

fn render(document: &Document, edits: &Edits) -> String {
    let front = FrontMatter { session: "s", revision: 1, updated: 0, covered_through: 1, tokens: 1, source: "user" };
    render_file(&front, document, edits.custom())
}

fn document(lines: &[&str]) -> Document {
    let mut document = Document::default();
    for line in lines {
        document.push(Section::ActiveWork, *line, 1.0);
    }
    document
}

fn later(edits: &Edits, generated: &[&str]) -> Vec<String> {
    let laid = edits.lay(&edits.strip(&document(generated)));
    laid.lines(Section::ActiveWork).iter().map(|line| line.text.clone()).collect()
}

#[test]
fn edits_survive_updates() {
    // (shown, edited, generated later, expected)
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str], &'a [&'a str]);
    let cases: [Case; 10] = [
        (&["a", "b"], &["a", "b", "mine"], &["c"], &["c", "mine"]),
        (&["a", "b"], &["a", "mine", "b"], &["a", "b", "c"], &["a", "mine", "b", "c"]),
        (&["a", "b"], &["mine", "too", "a", "b"], &["b"], &["mine", "too", "b"]),
        (&["a", "b"], &["a"], &["a", "b", "c"], &["a", "c"]),
        (&["a", "b"], &["a", "b!"], &["a", "b", "c"], &["a", "b!", "c"]),
        (&["a", "b"], &["b", "a"], &["a", "b"], &["a", "b"]),
        (&["a", "b"], &[], &["a", "c"], &["c"]),
        // Counts and outcomes are no part of what was deleted.
        (&["ran `x` (Test) -> failed (x2)"], &[], &["ran `x` (Test) -> ok (x3)", "ran `y`"], &["ran `y`"]),
        (&["a", "b"], &["a", "mine", "b", "also"], &["x"], &["x", "mine", "also"]),
        (&["a"], &["a", "a"], &["a"], &["a"]),
    ];
    for (shown, edited, generated, expected) in cases {
        let mut edits = Edits::default();
        edits.learn(&file(shown), &file(edited));
        assert_eq!(later(&edits, generated), expected, "{shown:?} -> {edited:?}");
    }
}

#[test]
fn an_own_line_goes_only_when_its_author_removes_it() {
    let mut edits = Edits::default();
    edits.learn(&file(&["a"]), &file(&["a", "mine"]));
    assert!(edits.is_own(Section::ActiveWork, "mine") && !edits.is_own(Section::ActiveWork, "a"));
    // Saved once more in the same buffer: it is there once.
    edits.learn(&file(&["a"]), &file(&["a", "mine", "more"]));
    assert_eq!(later(&edits, &["a", "new"]), ["a", "mine", "more", "new"]);
    edits.learn(&file(&["a", "mine", "more", "new"]), &file(&["a", "more", "new"]));
    assert_eq!(later(&edits, &["a"]), ["a", "more"]);
    edits.learn(&file(&["a"]), &file(&["a", "mine"]));
    assert_eq!(later(&edits, &["a"]), ["a", "more", "mine"]);
}

/// A memory with lines in three sections.
const MEMORY: &str = "---\nsession: \"s\"\nrevision: 1\nsource: user\n---\n\n## Current State\n- s\n\
    ## Active Work\n- a ^1\n- b ^2\n## Pending Tasks\n- p\n## Notes\nn\n";

/// The layer that this memory has.
fn noted() -> Edits {
    Edits { notes: "n".to_owned(), ..Edits::default() }
}

/// What a later version of the same facts looks like, front matter aside, empty sections left out.
fn after(edited: &str) -> String {
    let mut edits = noted();
    edits.learn(MEMORY, edited);
    let text = render(
        &edits.lay(&edits.strip(&crate::engine::memory::parse_file(MEMORY, &Custom::default()).document)),
        &edits,
    );
    let (front, body) = text.split_once("---\n\n").unwrap();
    let extra: String = front.split_inclusive('\n').skip(7).collect();
    let rows: Vec<&str> = body.lines().collect();
    let full = rows
        .iter()
        .enumerate()
        .filter(|(at, row)| !row.starts_with("## ") || rows.get(at + 1).is_some_and(|next| !next.starts_with("## ")));
    extra + &full.map(|(_, row)| *row).collect::<Vec<_>>().join("\n")
}

#[test]
fn whatever_is_done_to_the_form() {
    let rest = "## Pending Tasks\n- p\n## Notes\nn";
    let whole = format!("## Current State\n- s\n## Active Work\n- a ^1\n- b ^2\n{rest}");
    let cases: Vec<(&str, String, String)> = vec![
        ("nothing", MEMORY.to_owned(), whole.clone()),
        ("CRLF", MEMORY.replace('\n', "\r\n"), whole.clone()),
        ("no newline at the end", MEMORY.trim_end().to_owned(), whole.clone()),
        ("BOM", format!("\u{feff}{MEMORY}"), whole.clone()),
        ("marks removed", MEMORY.replace(" ^1", "").replace(" ^2", ""), whole.clone()),
        ("front matter removed", MEMORY.split_once("---\n\n").unwrap().1.to_owned(), whole.clone()),
        ("front matter broken", MEMORY.replacen("---\n\n", "", 1), whole.clone()),
        (
            "front matter with a row more",
            MEMORY.replace("source: user", "source: user\ntags: x"),
            format!("tags: x\n{whole}"),
        ),
        (
            "sections in another order",
            "## Notes\nn\n## Pending Tasks\n- p\n## Active Work\n- a\n- b\n## Current State\n- s".to_owned(),
            whole.clone(),
        ),
        ("heading renamed", MEMORY.replace("## Active Work", "## Now"), whole.replace("## Active Work", "## Now")),
        ("heading removed", MEMORY.replace("## Active Work\n", ""), whole.clone()),
        ("heading twice", MEMORY.replace("- b ^2", "## Active Work\n- b ^2"), whole.clone()),
        (
            "line moved",
            MEMORY.replace("- b ^2\n", "").replace("- p", "- p\n- b ^2"),
            whole.replace("- b ^2\n", "").replace("- p", "- p\n- b ^2"),
        ),
        (
            "own heading",
            MEMORY.replace("- b ^2", "- b ^2\n\n## Mine\n- x"),
            whole.replace("- b ^2", "- b ^2\n\n## Mine\n- x"),
        ),
        ("own paragraph", MEMORY.replace("- a ^1", "Words.\n\n- a ^1"), whole.replace("- a ^1", "Words.\n- a ^1")),
        (
            "line written on",
            MEMORY.replace("- a ^1", "- a ^1\n  and more"),
            whole.replace("- a ^1", "- a\n  and more ^1"),
        ),
        (
            "section emptied",
            MEMORY.replace("- a ^1\n- b ^2\n", ""),
            whole.replace("## Active Work\n- a ^1\n- b ^2\n", ""),
        ),
        ("notes edited", MEMORY.replace("\nn\n", "\n* n\n\n> m\n"), whole.replace("\nn", "\n* n\n\n> m")),
        ("replaced", "# Something else\n\n1. x\n".to_owned(), format!("{whole}\n\n# Something else\n\n1. x")),
        ("headings removed", "- s\n- a\n- b\n- p\nn\nx".to_owned(), format!("{whole}\n\nx")),
        (
            "text on top",
            MEMORY.replace("## Current State", "on top\n## Current State"),
            whole.replace("\nn", "\non top\nn"),
        ),
        ("unclosed fence", MEMORY.replace("- s", "```\n- s"), whole.replace("- s", "```\n- s")),
    ];
    for (name, edited, expected) in cases {
        assert_eq!(after(&edited), expected, "{name}");
    }
}

#[test]
fn a_renamed_heading_can_have_its_old_name_again() {
    let mut edits = noted();
    let renamed = MEMORY.replace("## Active Work", "## Now");
    edits.learn(MEMORY, &renamed);
    assert_eq!(edits.custom().title(Section::ActiveWork), "Now");
    edits.learn(&renamed, MEMORY);
    assert_eq!(edits.custom().title(Section::ActiveWork), "Active Work");
    assert_eq!(edits, noted());
}

#[test]
fn pinned_and_left_to_the_program_again() {
    let mut edits = Edits::default();
    let line = Line { text: "b (x2)".to_owned(), event: 7, ..Line::default() };
    edits.pin(Section::ActiveWork, &line, Some("a"));
    assert_eq!(later(&edits, &["a", "b (x3)", "c"]), ["a", "b (x2)", "c"]);
    assert_eq!(later(&edits, &["c"]), ["c", "b (x2)"]);
    assert!(edits.removed().is_empty());
    edits.unpin(Section::ActiveWork, "b (x2)");
    assert_eq!(edits, Edits::default());
}

#[test]
fn a_model_is_told_what_was_removed() {
    let mut edits = Edits::default();
    edits.learn(&file(&["a (x2)", "b"]), &file(&["b!"]));
    assert_eq!(edits.removed(), ["a", "b"]);
}

#[test]
fn two_copies_of_the_notes() {
    let mut edits = noted();
    edits.learn(MEMORY, &MEMORY.replace("\nn\n", "\nn\nfrom one editor\n"));
    edits.learn(MEMORY, &MEMORY.replace("\nn\n", "\nn\nfrom the other\n"));
    assert_eq!(edits.notes, "n\nfrom one editor\nfrom the other");
}

#[test]
fn the_layer_is_stored_and_read() {
    let mut edits = Edits::default();
    edits.learn(MEMORY, &MEMORY.replace("- a ^1", "- mine\n\nWords.").replace("## Pending Tasks", "## To do"));
    let json = serde_json::to_string(&edits).unwrap();
    assert_eq!(serde_json::from_str::<Edits>(&json).unwrap(), edits);
}

fn word() -> impl Strategy<Value = String> {
    "[a-h]"
}

/// What happens to a memory: the program writes other lines, or the user inserts or removes one, in the newest version
/// or in an older one that was left open.
#[derive(Clone, Debug)]
enum Step {
    Update(Vec<String>),
    Insert { at: usize, old: bool },
    Remove { at: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        proptest::collection::vec(word(), 0..6).prop_map(Step::Update),
        (0_usize..8, any::<bool>()).prop_map(|(at, old)| Step::Insert { at, old }),
        (0_usize..8).prop_map(|at| Step::Remove { at }),
    ]
}

proptest! {
    /// Through any sequence of updates and edits, what the user wrote and did not remove is there, once, and what they
    /// removed is not.
    #[test]
    fn the_users_lines_win(steps in proptest::collection::vec(step(), 1..30)) {
        let mut edits = Edits::default();
        let mut generated: Vec<String> = vec!["a".to_owned()];
        let mut written: Vec<String> = Vec::new();
        let mut removed: Vec<String> = Vec::new();
        let mut versions: Vec<Vec<String>> = vec![generated.clone()];
        for (number, step) in steps.into_iter().enumerate() {
            let shown = versions.last().unwrap().clone();
            let lines = |lines: &[String]| file(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            match step {
                Step::Update(words) => generated = words,
                Step::Insert { at, old } => {
                    let base = if old { versions[versions.len() / 2].clone() } else { shown.clone() };
                    let text = format!("typed {number}");
                    let mut edited = base.clone();
                    edited.insert(at.min(base.len()), text.clone());
                    edits.learn(&lines(&base), &lines(&edited));
                    written.push(text);
                }
                Step::Remove { at } if !shown.is_empty() => {
                    let mut edited = shown.clone();
                    let gone = edited.remove(at % shown.len());
                    edits.learn(&lines(&shown), &lines(&edited));
                    written.retain(|text| *text != gone);
                    if !edited.contains(&gone) && !gone.starts_with("typed") {
                        removed.push(gone);
                    }
                }
                Step::Remove { .. } => {}
            }
            // A line stands once in what is generated.
            generated.sort();
            generated.dedup();
            let now = later(&edits, &generated.iter().map(String::as_str).collect::<Vec<_>>());
            for text in &written {
                prop_assert_eq!(now.iter().filter(|line| *line == text).count(), 1, "{} in {:?}", text, &now);
            }
            for text in &removed {
                prop_assert!(!now.contains(text), "{text:?} is back in {now:?}");
            }
            versions.push(now);
        }
    }
}
