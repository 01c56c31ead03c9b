//! `discover`: what is found, and what is not this workspace's or not this user's.

use std::fs;
use std::time::Duration;

use serde_json::json;

use super::homes::{claude, claude_folder, claude_text, codex, codex_text, opencode, openhands, others, write};
use super::{age, listed, root, started};
use crate::harness::{Workspace, file_uri};
use crate::protocol::shape_of;
use crate::shape::has_shape;

#[test]
fn sessions_of_the_workspace_are_listed() {
    let place = Workspace::new();
    let older = claude(&place, "older", "Mend the fence.");
    let newer = claude(&place, "newer", "Paint it.");
    let codex = codex(&place, "2026/03/01", "c0de", "Move the bus stop.");
    age(&older, Duration::from_hours(2));
    age(&codex, Duration::from_hours(1));
    let mut server = started(&place, "off");
    let listed = listed(&mut server);
    let told: Vec<_> = listed
        .iter()
        .map(|row| {
            (
                row["agent"].as_str().unwrap(),
                row["sessionId"].as_str().unwrap(),
                row["title"].as_str().unwrap(),
                row["live"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("claude-code", "newer", "Paint it.", true),
            ("codex", "c0de", "Move the bus stop.", false),
            ("claude-code", "older", "Mend the fence.", false),
        ]
    );
    assert_eq!(listed[0]["path"], json!(newer.canonicalize().unwrap()));
    assert_eq!((&listed[0]["attached"], &listed[0]["by"]), (&json!(false), &json!(null)));
    assert_eq!(
        (&listed[0]["startedAt"], &listed[1]["startedAt"]),
        (&json!("2026-03-01T10:00:00Z"), &json!("2026-03-01T11:00:00Z"))
    );
}

#[test]
fn what_is_not_of_this_workspace_is_not_listed() {
    let place = Workspace::new();
    let (home, ws) = (place.outside("home"), root(&place));
    let folder = claude_folder(&home.join(".claude"), &ws);
    let own = claude(&place, "own", "Mine.");
    // In our folder, but of another one; in a folder whose name begins like ours.
    write(folder.join("liar.jsonl"), claude_text("liar", &ws.with_file_name("ws-other"), "Not here."));
    let other = ws.with_file_name("ws-other");
    write(claude_folder(&home.join(".claude"), &other).join("near.jsonl"), claude_text("near", &other, "Near."));
    // Of a folder inside, and of a repository inside.
    for (name, session) in [("sub", "inside"), ("repo", "apart")] {
        let cwd = ws.join(name);
        fs::create_dir_all(if session == "apart" { cwd.join(".git") } else { cwd.clone() }).unwrap();
        write(
            claude_folder(&home.join(".claude"), &cwd).join(format!("{session}.jsonl")),
            claude_text(session, &cwd, "x"),
        );
    }
    // Another folder's in Codex, whose text names ours.
    let foreign = codex_text("foreign", &other, 10, &format!("Look at {} and {{\"cwd\":{:?}}}", ws.display(), ws));
    write(home.join(".codex/sessions/2026/03/01/rollout-x.jsonl"), foreign);
    // No sessions of a conversation.
    write(folder.join("agent-0123.jsonl"), claude_text("agent-0123", &ws, "A helper's."));
    write(folder.join("notes.txt"), "x");
    write(folder.join("empty.jsonl"), "");
    write(folder.join("noise.jsonl"), [0xffu8, 0, 1, 2]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        // Links, out of the home and within it.
        let outside = write(place.outside("elsewhere/linked.jsonl"), claude_text("linked", &ws, "Linked."));
        symlink(&outside, folder.join("linked.jsonl")).unwrap();
        symlink(&own, folder.join("twice.jsonl")).unwrap();
        symlink(place.outside("elsewhere"), claude_folder(&home.join(".claude"), &ws.join("linked"))).unwrap();
        // Somebody else's, where this test may give files away.
        let given = write(folder.join("given.jsonl"), claude_text("given", &ws, "Given."));
        if std::os::unix::fs::chown(&given, Some(65534), None).is_err() {
            fs::remove_file(given).unwrap();
        }
    }
    let mut server = started(&place, "off");
    let mut names: Vec<String> =
        listed(&mut server).iter().map(|row| row["sessionId"].as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["inside", "own"]);
}

#[test]
fn long_instructions_and_hostile_titles() {
    let place = Workspace::new();
    let ws = root(&place);
    write(
        place.outside("home/.codex/sessions/2026/03/02/rollout-2026-03-02T10-00-00-a.jsonl"),
        codex_text("a", &ws, 200_000, "Behind long instructions."),
    );
    claude(&place, "b", "\u{1b}[2J\u{202e}evil [x](command:y)\nsecond line");
    claude(&place, "c", "The token is ghp_0123456789abcdefghijABCDEFGHIJ012345 so use it");
    let mut server = started(&place, "off");
    let rows = listed(&mut server);
    let title = |id: &str| rows.iter().find(|row| row["sessionId"] == id).map(|row| row["title"].clone()).unwrap();
    assert_eq!(title("a"), json!(null));
    assert_eq!(title("b"), "\u{fffd}[2J\u{fffd}evil [x](command:y)");
    assert_eq!(title("c"), "The token is [redacted:github-token] so use it");
}

#[test]
fn every_agent_is_found_where_it_keeps_its_sessions() {
    let place = Workspace::new();
    let mut expected = others(&place);
    opencode(&place, "ses_1", "ses_1");
    openhands(&place, "0c0ffee0", "0c0ffee0");
    expected.extend([("opencode", "ses_1"), ("openhands", "0c0ffee0")]);
    let mut server = started(&place, "off");
    let rows = listed(&mut server);
    for row in &rows {
        has_shape(row, &shape_of("discover")["sessions"][0]);
        assert_eq!(row["title"], row["sessionId"], "{row}");
    }
    let mut found: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["agent"].as_str().unwrap(), row["sessionId"].as_str().unwrap())).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let named = json!({"workspaceFolder": file_uri(&place.root())});
    assert_eq!(server.command("discover", named).unwrap()["sessions"], json!(rows));
    let none = json!({"workspaceFolder": file_uri(&place.outside("home"))});
    assert_eq!(server.call("discover", none)["sessions"], json!([]));
    // What is listed can be imported.
    for row in &rows {
        let imported = server.call("import", json!({"path": row["path"]}));
        assert_eq!(imported["events"].as_u64().unwrap() > 0, row["sessionId"] != "ses_old", "{row} {imported}");
    }
}
