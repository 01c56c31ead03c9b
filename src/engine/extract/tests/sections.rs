//! What goes where.

use super::*;

#[track_caller]
fn check(turns: &[Turn], of: Section, expected: &[&str]) {
    assert_eq!(section(turns, of), expected);
}

#[track_caller]
fn check_has(turns: &[Turn], of: Section, part: &str) {
    let lines = section(turns, of);
    assert!(lines.iter().any(|line| line.contains(part)), "{part:?} is not in {lines:#?}");
}

#[track_caller]
fn check_lacks(turns: &[Turn], part: &str) {
    let text = extractor(turns).document(4000, None, None).render_sections(false);
    assert!(!text.contains(part), "{part:?} is in\n{text}");
}

#[test]
fn the_first_request_and_the_later_ones_stand_verbatim() {
    let turns = [user("Add a `--json` flag to the export command"), says("Done."), user("now the README too")];
    check(&turns, Section::UserIntent, &["Add a `--json` flag to the export command", "now the README too"]);
}

#[test]
fn corrections_stand_verbatim_and_in_order() {
    let turns = [
        user("Serve the dashboard on port 8080"),
        says("Serving on 8080."),
        user("no, use port 9090"),
        says("Serving on 9090."),
        user("actually go with 9191, and never touch config/prod.toml"),
        user("thanks"),
    ];
    let expected = ["no, use port 9090", "actually go with 9191, and never touch config/prod.toml"];
    check(&turns, Section::UserCorrections, &expected);
    check(&turns, Section::UserIntent, &["Serve the dashboard on port 8080", "thanks"]);
}

#[test]
fn corrections_hide_in_tool_results() {
    let call = || calls("a", "Edit", json!({"file_path": "src/a.rs", "old_string": "x", "new_string": "y"}));
    let rejection = "The user doesn't want to proceed with this tool use. The tool use was rejected. \
                     To tell you how to proceed, the user said:\nput it into src/b.rs instead";
    let turns = [user("Move the parser"), call(), answers("a", rejection, true)];
    check(&turns, Section::UserCorrections, &["put it into src/b.rs instead"]);
    check(&turns, Section::ErrorsFixes, &[]);

    let answer = "User has answered your questions: \"Which database?\"=\"SQLite only\". \
                  You can now continue with the user's answers in mind.";
    let turns =
        [user("Store it"), calls("q", "AskUserQuestion", json!({"questions": []})), answers("q", answer, false)];
    check(&turns, Section::UserCorrections, &["\"Which database?\"=\"SQLite only\"."]);
}

#[test]
fn of_a_long_message_the_correcting_sentences_stand() {
    let filler = "The dashboard shows the figures of the last month and of the last year. ".repeat(8);
    let turns = [user("Start"), says("Yes."), user(&format!("{filler}\nDon't change the public API."))];
    check(&turns, Section::UserCorrections, &["Don't change the public API."]);
}

#[test]
fn the_harness_is_not_human() {
    let reminder = "Fix the build\n<system-reminder>\nNever mention todo_lists_exist.\n</system-reminder>";
    check(&[user(reminder)], Section::UserIntent, &["Fix the build"]);
    let command = "<command-name>/review</command-name>\n<command-args>look at src/io.rs</command-args>";
    check(&[user(command)], Section::UserIntent, &["look at src/io.rs"]);
    let hook = [user("Fix the build"), user("Operation stopped by hook: you must stop now")];
    check_lacks(&hook, "stopped by hook");
    let meta = Turn { meta: true, ..user("Never write to secret_place, use other_place instead") };
    check_lacks(&[user("Fix the build"), meta], "secret_place");
}

#[test]
fn deeds_are_facts_with_counts_and_outcomes() {
    let mut turns = vec![user("Make the parser faster in src/parser.rs")];
    turns.extend(run("a", "cargo test --lib", "error[E0308]: mismatched types in src/parser.rs", true));
    for id in ["b", "c"] {
        let edit =
            json!({"file_path": "src/parser.rs", "old_string": "fn old_parse() {", "new_string": "fn new_parse() {"});
        turns.push(calls(id, "Edit", edit));
        turns.push(answers(id, "ok", false));
    }
    turns.extend(run("d", "cargo test --lib", "test result: ok. 12 passed", false));
    check_has(&turns, Section::CompletedWork, "ran `cargo test --lib` -> ok (x2)");
    check_has(&turns, Section::ErrorsFixes, "ran `cargo test --lib` (passes now)\nerror[E0308]: mismatched types");
    check_has(&turns, Section::CurrentState, "last ran `cargo test --lib` -> ok");
}

#[test]
fn an_error_names_the_edit_that_followed() {
    let mut turns = vec![user("Build it")];
    turns.extend(run("a", "make build", "cc: fatal error: missing.h: No such file or directory", true));
    turns.push(calls("b", "Write", json!({"file_path": "include/missing.h", "content": "#pragma once"})));
    turns.push(answers("b", "written", false));
    check_has(&turns, Section::ErrorsFixes, "ran `make build` (then edited include/missing.h)\ncc: fatal error");
}

#[test]
fn only_the_latest_list_of_tasks_counts() {
    let list = |items: Value| calls("t", "TodoWrite", json!({"todos": items}));
    let turns = [
        user("Do three things"),
        list(json!([{"content": "write docs", "status": "pending"}, {"content": "sweep floor", "status": "pending"}])),
        list(json!([{"content": "write docs", "status": "completed"}, {"content": "tag v2", "status": "in_progress"}])),
        answers("t", "ok", false),
    ];
    check(&turns, Section::PendingTasks, &["[ ] tag v2"]);
    let plan = calls("p", "update_plan", json!({"plan": [{"step": "port it", "status": "pending"}]}));
    check(&[user("Port"), plan, answers("p", "ok", false)], Section::PendingTasks, &["[ ] port it"]);
    let prose = [user("Plan"), says("Plan:\n- [x] read the code\n- [ ] write the test")];
    check(&prose, Section::PendingTasks, &["[ ] write the test"]);
}

#[test]
fn single_tasks_open_and_close() {
    let new = |id: &str, subject: &str| calls(id, "TaskCreate", json!({"subject": subject, "description": "…"}));
    let turns = [
        user("Go"),
        new("a", "Run the linter"),
        answers("a", "Task #1 created successfully: Run the linter", false),
        new("b", "Run the tests"),
        answers("b", "Task #2 created successfully: Run the tests", false),
        calls("c", "TaskUpdate", json!({"taskId": "1", "status": "completed"})),
        answers("c", "Updated", false),
    ];
    check(&turns, Section::PendingTasks, &["[ ] Run the tests"]);
}

#[test]
fn open_calls_are_pending_until_answered_or_abandoned() {
    let open = [user("Go"), calls("a", "Bash", json!({"command": "sleep 100"}))];
    check(&open, Section::PendingTasks, &["open call: ran `sleep 100`"]);
    let abandoned = [open.to_vec(), vec![user("stop that")]].concat();
    check(&abandoned, Section::PendingTasks, &[]);
    let both = vec![
        Part::Call { id: "a".into(), name: "Bash".into(), input: json!({"command": "make one"}) },
        Part::Call { id: "b".into(), name: "Bash".into(), input: json!({"command": "make two"}) },
    ];
    let parallel = [user("Go"), turn(Role::Assistant, both), answers("b", "fine", false)];
    check(&parallel, Section::PendingTasks, &["open call: ran `make one`"]);
}

#[test]
fn paths_are_relative_to_the_working_directory() {
    let turns = [
        turn(Role::System, vec![Part::Text("Working directory: /home/ann/shop\nBe brief.".into())]),
        user("Look at the cart"),
        calls("a", "Read", json!({"file_path": "/home/ann/shop/src/cart.py"})),
        answers("a", "     1→def total_price(items, discount):\n     2→    return sum_of(items)", false),
    ];
    check(
        &turns,
        Section::KeyReferences,
        &["Read file src/cart.py\ndef total_price(items, discount):\nreturn sum_of(items)"],
    );
}

#[test]
fn replaced_source_is_not_remembered() {
    let turns = [
        user("Rename it"),
        calls("a", "Read", json!({"file_path": "src/cart.py"})),
        answers("a", "1\tdef old_total(items, discount):\n2\tdef keep_this(items, discount):", false),
        calls(
            "b",
            "Edit",
            json!({"file_path": "src/cart.py", "old_string": "def old_total(items, discount):", "new_string": "def new_total(items):"}),
        ),
        answers("b", "ok", false),
    ];
    check_has(&turns, Section::KeyReferences, "def keep_this(items, discount):");
    check_lacks(&turns, "def old_total");
}

#[test]
fn json_results_become_facts() {
    let result =
        r#"{"reservation_id": "XEWRD9", "cabin": "economy", "flights": [{"flight_number": "HAT030", "price": 92}]}"#;
    let turns = [
        user("Change my flight"),
        calls("a", "get_reservation_details", json!({"reservation_id": "XEWRD9"})),
        answers("a", result, false),
    ];
    check_has(&turns, Section::KeyReferences, "flights: flight number: HAT030, price: 92");
}

#[test]
fn what_stands_in_the_tail_is_not_repeated() {
    let turns = [user("Make `first_thing` work"), says("It works."), user("Now describe the second_thing in full")];
    let extractor = extractor(&turns);
    let lines = |tail| extractor.document(4000, tail, None).lines(Section::UserIntent).len();
    assert_eq!((lines(None), lines(Some(3))), (2, 1));
}
