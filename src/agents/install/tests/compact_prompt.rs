//! Our line in Codex's configuration: in and out again, whatever else is there.

use proptest::prelude::*;

use super::super::Fault;
use super::super::compact_prompt::{install, is_in, of_the_user, strip};

fn table(text: &str) -> toml::Table {
    let text = text.trim_start_matches('\u{feff}');
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// There, and back to the same bytes; what else is set says the same.
fn there_and_back(before: &str) -> Result<(), TestCaseError> {
    let after = install(Some(before)).unwrap();
    prop_assert!(is_in(&after), "{}", &after);
    let mut said = table(&after);
    let prompt = said.remove("compact_prompt");
    prop_assert!(prompt.is_some_and(|prompt| prompt.as_str().unwrap().contains("session memory")), "{}", &after);
    prop_assert_eq!(said, table(before));
    prop_assert!(after.ends_with(before.trim_start_matches('\u{feff}')), "only added to");
    prop_assert_eq!(install(Some(&after)).unwrap(), after.clone(), "twice is once");
    prop_assert_eq!(strip(&after, Some(before)), Some(before.to_owned()));
    // Someone has changed the file since, behind our line and before it.
    let edited = format!("# mine\nnew_key = 1\n{after}\n[new]\nkey = 2\n");
    let left = strip(&edited, Some(before)).unwrap();
    prop_assert_eq!(left, format!("# mine\nnew_key = 1\n{before}\n[new]\nkey = 2\n"));
    Ok(())
}

const LINES: [&str; 10] = [
    "model = \"x\"",
    "# compact_prompt = \"mine\"",
    "",
    "[projects.\"/a b\"]",
    "trust_level = \"trusted\" # yes",
    "[[mcp]]",
    "notify = [\n  \"a\", # b\n  \"c\",\n]",
    "text = '''\ncompact_prompt = \"not a key\"\n'''",
    "  [a.b]",
    "date = 2026-01-01T00:00:00Z",
];

proptest! {
    #[test]
    fn it_goes_in_and_out_and_nothing_else_changes(
        lines in prop::collection::vec(prop::sample::select(LINES.to_vec()), 0..6), windows in any::<bool>(), end in any::<bool>()
    ) {
        let text = lines.join("\n") + if end { "\n" } else { "" };
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        // Some of these say a thing twice.
        if text.parse::<toml::Table>().is_ok() {
            there_and_back(&text)?;
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]=#\"' a\\n\\r1.\\\\\u{feff}]{0,40}") {
        if let Ok(after) = install(Some(&text)) {
            prop_assert_eq!(strip(&after, Some(&text)), Some(text));
        }
    }
}

#[test]
fn a_file_that_was_not_there_is_gone_again() {
    let made = install(None).unwrap();
    assert_eq!(strip(&made, None), None);
    assert_eq!(strip(&format!("{made}\n"), None), None);
    assert_eq!(strip(&made, Some("")).as_deref(), Some(""));
    // Codex has written into it since.
    assert_eq!(strip(&format!("{made}[tui]\nx = 1\n"), None).as_deref(), Some("[tui]\nx = 1\n"));
}

#[test]
fn a_prompt_of_the_users_stays() {
    let ours = install(None).unwrap();
    for own in [
        "compact_prompt = \"Mine.\"\n".to_owned(),
        "model = \"x\"\n\"compact_prompt\" = '''\nMine.\n'''\n".to_owned(),
        // Ours, made their own.
        ours.replace("five short lines", "nine lines"),
        ours.replace(" # written", " # once written"),
    ] {
        assert_eq!(of_the_user(&own).unwrap(), Some("compact_prompt"), "{own}");
        assert_eq!(install(Some(&own)).unwrap(), own);
        assert_eq!(strip(&own, None).as_deref(), Some(own.as_str()));
    }
    let file = "experimental_compact_prompt_file = \"/a\"\n";
    assert_eq!(of_the_user(file).unwrap(), Some("experimental_compact_prompt_file"));
    assert_eq!(install(Some(file)).unwrap(), file);
    assert_eq!(of_the_user(&format!("{ours}[profiles.a]\ncompact_prompt = \"x\"\n")).unwrap(), None);
    // A text that only looks like our line.
    let quoted = format!("text = '''\n{ours}'''\n");
    assert!(!is_in(&quoted));
    assert_eq!(strip(&quoted, None).as_deref(), Some(quoted.as_str()));
    there_and_back(&quoted).unwrap();
}

#[test]
fn a_file_that_codex_cannot_read_is_left_alone() {
    let fault = install(Some("a = 1\nb = = 2\n")).unwrap_err();
    assert!(matches!(fault, Fault::Syntax { line: 2, .. }), "{fault}");
    assert!(install(Some("\u{feff}\u{feff}a = 1\n")).is_err());
}
