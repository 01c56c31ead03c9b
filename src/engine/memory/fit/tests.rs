#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const LIMITLESS: u32 = u32::MAX;

fn document(lines: &[(Section, &str, f32)]) -> Document {
    let mut document = Document::default();
    for (section, text, weight) in lines {
        document.push(*section, *text, *weight);
    }
    document
}

fn texts(document: &Document) -> Vec<String> {
    Section::ALL.iter().flat_map(|section| document.lines(*section)).map(|line| line.text.clone()).collect()
}

#[test]
fn what_fits_is_left_alone() {
    let whole = document(&[(Section::CompletedWork, "edited a", 1.0), (Section::Notes, "mine", 0.0)]);
    assert_eq!(whole.fit(1000, 1000), whole);
}

#[test]
fn completed_work_goes_before_corrections() {
    let long = "a line of about a dozen words that says nothing of note ".repeat(3);
    let long = long.trim();
    let order = [
        Section::UserCorrections,
        Section::CurrentState,
        Section::UserIntent,
        Section::PendingTasks,
        Section::ErrorsFixes,
        Section::ActiveWork,
        Section::KeyReferences,
        Section::CompletedWork,
    ];
    let lines: Vec<_> = order.iter().map(|section| (*section, long, 1.0)).collect();
    let whole = document(&lines);
    let mut last = order.len();
    for budget in (200..=whole.tokens() + 20).rev().step_by(7) {
        let fitted = whole.fit(budget, LIMITLESS);
        let kept = order.iter().take_while(|section| !fitted.lines(**section).is_empty()).count();
        let all = order.iter().filter(|section| !fitted.lines(**section).is_empty()).count();
        assert_eq!(kept, all, "a section outlived one that goes later, at {budget}");
        assert!(kept <= last);
        last = kept;
    }
    assert!(last < order.len());
}

#[test]
fn the_lightest_line_of_a_section_goes_first_and_order_stays() {
    let whole = document(&[
        (Section::CompletedWork, "first deed of the day, and a heavy one at that", 3.0),
        (Section::CompletedWork, "second deed of the day, which weighs next to nothing", 1.0),
        (Section::CompletedWork, "third deed of the day, and the heaviest of them all", 9.0),
    ]);
    let kept = texts(&whole.fit(LIMITLESS, whole.tokens() - 4));
    assert_eq!(kept.first().map(String::as_str), Some("first deed of the day, and a heavy one at that"));
    assert!(!kept.iter().any(|line| line.starts_with("second deed of the day, which weighs next to nothing")));
    assert_eq!(kept.last().map(String::as_str), Some("third deed of the day, and the heaviest of them all"));
}

#[test]
fn a_giant_line_is_clipped_with_a_mark() {
    let giant = "word ".repeat(5000);
    let whole =
        document(&[(Section::UserIntent, giant.as_str(), f32::INFINITY), (Section::UserCorrections, "never", 1.0)]);
    let fitted = whole.fit(400, LIMITLESS);
    assert!(fitted.tokens() <= 400);
    let [line] = fitted.lines(Section::UserIntent) else { panic!("one line") };
    assert!(line.text.starts_with("word word") && line.text.ends_with(" tokens left out]"), "{}", line.text);
    assert_eq!(fitted.lines(Section::UserCorrections).len(), 1);
}

#[test]
fn notes_stay() {
    let long = "a deed that takes some room in the memory of the session ".repeat(20);
    let whole = document(&[(Section::CompletedWork, long.as_str(), 9.0), (Section::Notes, "mine alone", 0.0)]);
    assert_eq!(whole.fit(60, 20).lines(Section::Notes), whole.lines(Section::Notes));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}( [a-z_/.]{1,9}){0,30}",
        "\\PC{1,60}",
        "[a-zé]{1,9}([ =\n/][a-zä-ü]{1,30}){0,15}",
        "[=a1]{1,400}"
    ]
}

fn any_document() -> impl Strategy<Value = Document> {
    let line = (0usize..9, any_text(), prop_oneof![9 => (0u8..10).prop_map(f32::from), 1 => Just(f32::INFINITY)]);
    proptest::collection::vec(line, 0..40).prop_map(|lines| {
        let mut document = Document::default();
        for (section, text, weight) in lines {
            document.push(Section::ALL[section], text, weight);
        }
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_over_budget(document in any_document(), budget in 200u32..2000, section in 60u32..2000) {
        prop_assert!(document.fit(budget, section).tokens() <= budget);
    }

    #[test]
    fn a_smaller_memory_is_a_part_of_a_larger_one(
        document in any_document(), small in 200u32..1500, more in 0u32..800, section in prop_oneof![Just(LIMITLESS), 60u32..2000],
    ) {
        let large = texts(&document.fit(small + more, section));
        for line in texts(&document.fit(small, section)) {
            let start = line.split(" [… ").next().unwrap();
            prop_assert!(large.iter().any(|known| known.starts_with(start)), "{line:?} is not in {large:?}");
        }
    }

    #[test]
    fn a_line_in_more_room_is_as_long_or_longer(text in any_text(), small in 32u32..200, more in 0u32..40) {
        let (short, long) = (Line::clipped(&text, small), Line::clipped(&text, small + more));
        prop_assert!(cost(&short) <= small && cost(&long) <= small + more);
        let start = short.split(" [… ").next().unwrap();
        prop_assert!(long.starts_with(start), "{long:?} does not begin as {short:?}");
    }
}
#[test]
fn the_largest_that_fits_is_found_from_any_guess() {
    for most in 0..40 {
        for guess in 0..45 {
            for edge in 0..45 {
                assert_eq!(largest(most, guess, |number| number <= edge), edge.min(most), "{most} {guess} {edge}");
            }
        }
    }
    assert_eq!(largest(u32::MAX, 7, |number| number <= 3_000_000_000), 3_000_000_000);
    assert_eq!(largest(9, 3, |_| false), 0);
}
