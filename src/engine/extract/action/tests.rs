use serde_json::json;

use super::{Action, Value, read};

#[track_caller]
fn check(name: &str, input: &Value, expected: &Action) {
    assert_eq!(&read(name, input), expected, "{name}");
}

fn run(command: &str) -> Action {
    Action::Run { command: command.into(), purpose: String::new() }
}

fn edit(path: &str, whole: bool, old: &str, new: &str) -> Action {
    Action::Edit { paths: vec![path.into()], whole, old: old.into(), new: new.into() }
}

#[test]
fn agents_name_their_tools_differently() {
    check("Bash", &json!({"command": "make"}), &run("make"));
    check("shell", &json!({"command": ["bash", "-lc", "make all"]}), &run("make all"));
    check("execute", &json!({"cmd": "cat > a.txt <<'EOF'\nbody\nEOF\nmake"}), &run("cat > a.txt <<'EOF'\nmake"));
    check("Edit", &json!({"file_path": "a.rs", "old_string": "x", "new_string": "y"}), &edit("a.rs", false, "x", "y"));
    check("Write", &json!({"file_path": "a.rs", "content": "y"}), &edit("a.rs", true, "", "y"));
    let replace = json!({"command": "str_replace", "path": "a.rs", "old_str": "x", "new_str": "y"});
    check("str_replace_editor", &replace, &edit("a.rs", false, "x", "y"));
    let patch = "*** Begin Patch\n*** Update File: a.rs\n-x\n+y\n*** End Patch";
    check("apply_patch", &json!({"input": patch}), &edit("a.rs", false, "x\n", "y\n"));
    let view = Action::Read { path: "a.rs".into() };
    check("str_replace_editor", &json!({"command": "view", "path": "a.rs"}), &view);
    check("read_file", &json!({"path": "a.rs", "limit": 10}), &view);
    check(
        "Grep",
        &json!({"pattern": "fn x", "path": "src"}),
        &Action::Search { pattern: "fn x".into(), place: "src".into() },
    );
    let todos = json!({"todos": [{"content": "a", "status": "completed"}, {"content": "b", "status": "pending"}]});
    check("TodoWrite", &todos, &Action::Tasks(vec![("a".into(), true), ("b".into(), false)]));
    check("TaskUpdate", &json!({"taskId": "3", "status": "completed"}), &Action::TaskState("3".into(), true));
    let order = Action::Other(vec![("order_id".into(), "X1".into()), ("count".into(), "2".into())]);
    check("cancel_order", &json!({"order_id": "X1", "items": {"count": 2}}), &order);
}
