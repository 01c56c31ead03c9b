//! What holds for every conversation.

use proptest::prelude::*;

use super::*;

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~\n]{0,120}",
        "\\PC{0,40}",
        "(no, |don't |fix )(src/[a-z]{2,5}/[a-z]{2,6}\\.rs |[a-z]{2,5}_[a-z]{2,5} |#[0-9]{1,4} |`[a-z ]{2,20}`){0,6}",
        "(<system-reminder>|</system-reminder>|\\[ \\] |Exit code 1|\\{\"a_id\": \"X1Y2Z3\"\\}|[a-z:/.@#$]{1,20}|\n){0,8}",
    ]
}

fn input() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("command"),
        Just("file_path"),
        Just("path"),
        Just("old_string"),
        Just("new_string"),
        Just("pattern"),
        Just("todos"),
        Just("taskId"),
        Just("subject"),
        Just("patch"),
        Just("order_id")
    ];
    let value = prop_oneof![
        words().prop_map(Value::String),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        proptest::collection::vec(words().prop_map(|text| json!({"content": text, "status": "pending"})), 0..4)
            .prop_map(Value::Array),
    ];
    prop_oneof![
        proptest::collection::vec((key, value), 0..4).prop_map(|fields| fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect::<serde_json::Map<_, _>>()
            .into()),
        words().prop_map(Value::String),
    ]
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let id = || prop_oneof![Just("a".to_owned()), Just("b".to_owned()), Just(String::new())];
    let name = prop_oneof![
        Just("Bash"),
        Just("Edit"),
        Just("Read"),
        Just("TodoWrite"),
        Just("TaskUpdate"),
        Just("apply_patch"),
        Just("book_flight")
    ];
    let part = prop_oneof![
        words().prop_map(Part::Text),
        words().prop_map(Part::Thinking),
        (id(), name, input()).prop_map(|(id, name, input)| Part::Call { id, name: name.to_owned(), input }),
        (id(), words(), any::<bool>()).prop_map(|(call, text, is_error)| Part::Result { call, text, is_error }),
    ];
    let role = prop_oneof![Just(Role::User), Just(Role::Assistant), Just(Role::System), Just(Role::Tool)];
    (role, any::<bool>(), proptest::collection::vec(part, 0..4)).prop_map(|(role, meta, parts)| Turn {
        role,
        meta: meta && role == Role::User,
        parts,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_in_between_changes_nothing(turns in proptest::collection::vec(any_turn(), 0..24), at in 0usize..24, budget in 50u32..3000) {
        let whole = extractor(&turns);
        let mut half = extractor(&turns[..at.min(turns.len())]);
        half = serde_json::from_str(&serde_json::to_string(&half).unwrap()).unwrap();
        for (turn, seq) in turns.iter().zip(1..).skip(at) {
            half.observe(seq, 0, turn);
        }
        let tail = Some(at as u64 + 1);
        prop_assert_eq!(whole.document(budget, tail, None), half.document(budget, tail, None));
        prop_assert_eq!(whole.document(budget, None, None), extractor(&turns).document(budget, None, None));
    }

    #[test]
    fn the_document_keeps_to_its_budget(turns in proptest::collection::vec(any_turn(), 0..24), budget in 300u32..2000) {
        let document = extractor(&turns).document(budget, None, None);
        prop_assert!(document.tokens() <= budget, "{} > {budget}\n{}", document.tokens(), document.render_sections(false));
    }

    #[test]
    fn every_correction_stands_while_there_is_room(rules in proptest::collection::vec("[a-z]{3,9}( [a-z]{3,9}){1,8}", 1..12)) {
        let mut turns = vec![user("Begin")];
        for rule in &rules {
            turns.push(says("Very well."));
            turns.push(user(&format!("never {rule}")));
        }
        let lines = section(&turns, Section::UserCorrections);
        for rule in &rules {
            prop_assert!(lines.contains(&format!("never {rule}")), "{rule} is not in {lines:?}");
        }
    }
}

#[test]
fn the_state_is_bounded() {
    let mut extractor = Extractor::new();
    for seq in 1..2500u64 {
        let id = seq.to_string();
        extractor.observe(seq, 0, &user(&format!("please do not change module_{seq}, it belongs to team_{}", seq % 7)));
        extractor.observe(
            seq,
            0,
            &calls(&id, "Read", json!({"file_path": format!("src/dir_{}/file_{seq}.rs", seq % 90)})),
        );
        let lines: Vec<String> = (0..40)
            .map(|line| format!("pub fn handler_{seq}_{line}(request: Request) // answers the caller of part_{line}"))
            .collect();
        extractor.observe(seq, 0, &answers(&id, &lines.join("\n"), false));
    }
    let saved = serde_json::to_string(&extractor).unwrap().len();
    assert!(saved < 1_600_000, "{saved} bytes");
    let document = extractor.document(4000, None, None);
    assert!(document.tokens() <= 4000);
    assert!(document.lines(Section::UserIntent)[0].text.starts_with("please do not change module_1,"));
}

#[test]
fn a_giant_result_is_sampled() {
    let giant = "the quick helper_name jumps over lazy_dog at src/fields/meadow.rs\n".repeat(160_000);
    let turns = [user("Look"), calls("a", "Bash", json!({"command": "cat all.log"})), answers("a", &giant, false)];
    let saved = serde_json::to_string(&extractor(&turns)).unwrap().len();
    assert!(saved < 20_000, "{saved} bytes");
    let one_line = "é".repeat(3_000_000);
    extractor(&[user("Look"), says(&one_line), answers("a", &one_line, true)]).document(1000, None, None);
}
