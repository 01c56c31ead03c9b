//! What holds for any settings.

use proptest::prelude::*;

use super::arbitrary::{Layout, layouts, settings};
use super::*;

/// What a text says, whatever its layout.
fn said(agent: Agent, text: &str) -> Value {
    let document = Document::parse(split_bom(text).1, registrations(agent, PROGRAM).syntax).unwrap();
    document.root.map_or(Value::Null, Into::into)
}

/// The settings with our hooks in, told by what they are.
fn expected(agent: Agent, before: &Value) -> Value {
    let mut settings = before.as_object().cloned().unwrap_or_default();
    let wanted = registrations(agent, PROGRAM);
    if wanted.version {
        settings.entry("version").or_insert(Value::from(1));
    }
    let hooks = settings.entry("hooks").or_insert(Value::Object(serde_json::Map::new()));
    for (event, list) in wanted.events {
        let present = hooks.as_object_mut().unwrap().entry(event).or_insert(Value::Array(Vec::new()));
        present.as_array_mut().unwrap().extend(list);
    }
    Value::from(settings)
}

/// The texts of all comments.
fn comments(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text.split(" // line ").skip(1).map(|rest| rest.lines().next().unwrap()).collect();
    found.extend(text.matches("/* a, { */").chain(text.matches("/* two\n lines */")));
    found.sort_unstable();
    found
}

fn is_subsequence(small: &str, large: &str) -> bool {
    let mut rest = large.chars();
    small.chars().all(|c| rest.any(|other| other == c))
}

fn laws(agent: Agent, before: &Value, layout: &Layout) -> Result<(), TestCaseError> {
    let text = layout.written(before, registrations(agent, PROGRAM).syntax);
    prop_assert_eq!(&said(agent, &text), before, "the text says what was meant");
    let settings = Settings::new(agent, PROGRAM);
    let installed = settings.install(Some(&text), Some(&text)).unwrap();
    prop_assert_eq!(said(agent, &installed), expected(agent, before), "{}", &installed);
    prop_assert!(is_subsequence(&text, &installed), "only added to: {}", &installed);
    prop_assert_eq!(settings.install(Some(&installed), Some(&text)).unwrap(), installed.clone(), "twice is once");
    prop_assert_eq!(installed.contains("\r\n"), text.contains("\r\n"));
    prop_assert_eq!(settings.strip(&installed, Some(&text)).unwrap(), Some(text.clone()), "there and back");

    let moved = Settings::new(agent, "/opt/new place/session-memory");
    let upgraded = moved.install(Some(&installed), Some(&text)).unwrap();
    prop_assert_eq!(&upgraded, &moved.install(Some(&text), None).unwrap(), "an upgrade is as if new");
    prop_assert_eq!(settings.strip(&upgraded, Some(&text)).unwrap(), Some(text.clone()), "whatever the path");

    // Someone has changed the file since.
    let edited = installed.clone() + " ";
    let stripped = settings.strip(&edited, Some(&text)).unwrap().unwrap();
    let mut left = before.clone();
    if registrations(agent, PROGRAM).version {
        left.as_object_mut().unwrap().entry("version").or_insert(Value::from(1));
    }
    prop_assert_eq!(said(agent, &stripped), left, "{}", &stripped);
    prop_assert_eq!(comments(&stripped), comments(&text), "{}", &stripped);
    prop_assert!(is_subsequence(&stripped, &edited), "only taken from: {}", &stripped);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 2000 }))]

    #[test]
    fn hooks_go_in_and_out_and_nothing_else_changes(
        agent in prop::sample::select(AGENTS.to_vec()), before in settings(), layout in layouts()
    ) {
        laws(agent, &before, &layout)?;
    }

    #[test]
    fn no_text_makes_it_panic(agent in prop::sample::select(AGENTS.to_vec()), text in "[\\[\\]{}:,\"/* a\\n\\r1\\\\]{0,40}") {
        let settings = Settings::new(agent, PROGRAM);
        if let Ok(installed) = settings.install(Some(&text), Some(&text)) {
            prop_assert_eq!(settings.strip(&installed, Some(&text)).unwrap(), Some(text));
        }
    }
}

#[test]
fn a_file_that_was_not_there_is_gone_again() {
    for agent in AGENTS {
        let settings = Settings::new(agent, PROGRAM);
        let installed = settings.install(None, None).unwrap();
        assert_eq!(said(agent, &installed), expected(agent, &Value::Null));
        assert_eq!(settings.strip(&installed, None).unwrap(), None);
        assert_eq!(settings.strip(&(installed.clone() + "\n"), None).unwrap(), None);
        for blank in ["", "\n", " \r\n ", "\u{feff}"] {
            let installed = settings.install(Some(blank), Some(blank)).unwrap();
            assert_eq!(said(agent, &installed), expected(agent, &Value::Null));
            assert_eq!(settings.strip(&installed, Some(blank)).unwrap().as_deref(), Some(blank));
            assert_eq!(settings.strip(&(installed + "\n"), Some(blank)).unwrap().as_deref(), Some(blank));
        }
    }
}

#[test]
fn nothing_is_put_into_a_comment() {
    let settings = Settings::new(Agent::Gemini, PROGRAM);
    for list in ["[ // none yet\n]", "[ // none yet \t \r\n ]", "[\n  // none yet\n]", "[ /* none */ ]", "[//\n]"] {
        let text = format!("{{\"hooks\": {{\"AfterTool\": {list}}}}}");
        let edited = settings.install(Some(&text), Some(&text)).unwrap();
        assert_eq!(said(Agent::Gemini, &edited)["hooks"]["AfterTool"].as_array().unwrap().len(), 1, "{edited}");
        assert_eq!(settings.strip(&edited, Some(&text)).unwrap(), Some(text));
    }
}
