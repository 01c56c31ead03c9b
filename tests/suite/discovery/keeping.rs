//! `attach: auto`: what is found is followed, also after a restart; what the user forgot or has switched off is left alone.

use std::fs;
use std::time::Duration;

use serde_json::json;

use super::homes::{claude, claude_folder, claude_text, codex, opencode, openhands, write};
use super::{age, await_events, events, listed, root, server_with, started};
use crate::harness::{Workspace, files_under};
use crate::watching::unwatched::is_idle;

#[test]
fn what_is_at_work_is_followed() {
    let place = Workspace::new();
    claude(&place, "live", "Mend the fence.");
    codex(&place, "2026/03/01", "c0de", "Move the bus stop.");
    age(&claude(&place, "old", "Long ago."), Duration::from_hours(1));
    let mut server = started(&place, "auto");
    await_events(&mut server, "live", 2);
    await_events(&mut server, "c0de", 2);
    assert_eq!(events(&mut server, "old"), None);
    let rows = listed(&mut server);
    let by = |id: &str| {
        rows.iter().find(|row| row["sessionId"] == id).map(|row| (row["attached"].clone(), row["by"].clone()))
    };
    assert_eq!(by("live"), Some((json!(true), json!("import"))));
    assert_eq!(by("old"), Some((json!(false), json!(null))));
    claude(&place, "later", "Paint it.");
    await_events(&mut server, "later", 2);
}

#[test]
fn conversations_without_a_file_of_their_own_are_followed() {
    let place = Workspace::new();
    opencode(&place, "ses_1", "Mend the fence.");
    openhands(&place, "0c0ffee0", "Paint it.");
    let mut server = started(&place, "auto");
    await_events(&mut server, "ses_1", 1);
    await_events(&mut server, "0c0ffee0", 1);
}

#[test]
fn a_session_is_followed_again_after_a_restart() {
    let place = Workspace::new();
    let path = claude(&place, "live", "Mend the fence.");
    let mut first = started(&place, "auto");
    await_events(&mut first, "live", 2);
    drop(first);
    for (at, hours) in [(4, 0), (6, 5)] {
        // It is as if the user had agreed so long ago; the question is not asked again.
        let store = files_under(&place.state()).into_iter().find(|path| path.ends_with("store.db")).unwrap();
        let store = rusqlite::Connection::open(store).unwrap();
        store.execute("UPDATE feeds SET at = at - ?1 * 3600000", [hours]).unwrap();
        drop(store);
        let more = claude_text("live", &root(&place), "More.").replace("live-", &format!("more{at}-"));
        fs::write(&path, format!("{}{more}", fs::read_to_string(&path).unwrap())).unwrap();
        let mut server = started(&place, "ask");
        await_events(&mut server, "live", at);
    }
}

#[test]
fn what_was_forgotten_stays_forgotten() {
    let place = Workspace::new();
    let path = claude(&place, "live", "Mend the fence.");
    let mut first = started(&place, "auto");
    await_events(&mut first, "live", 2);
    first.call("forget", json!({"sessionId": "live"}));
    drop(first);
    fs::write(&path, format!("{}\n", fs::read_to_string(&path).unwrap())).unwrap();
    let mut server = started(&place, "auto");
    claude(&place, "other", "Paint it.");
    await_events(&mut server, "other", 2);
    let rows = listed(&mut server);
    assert_eq!(rows.iter().find(|row| row["sessionId"] == "live").unwrap()["attached"], json!(false));
    assert_eq!(events(&mut server, "live"), None);
}

#[test]
fn off_is_off() {
    let place = Workspace::new();
    claude(&place, "live", "Mend the fence.");
    let mut server = started(&place, "off");
    assert_eq!(listed(&mut server).len(), 1);
    assert_eq!(events(&mut server, "live"), None);
    assert!(!files_under(&place.state()).iter().any(|path| path.ends_with("nothing")));
}

#[test]
fn five_thousand_sessions() {
    let place = Workspace::new();
    let folder = claude_folder(&place.outside("home/.claude"), &root(&place));
    let text = claude_text("x", &root(&place), "Long ago.");
    for at in 0..5000 {
        let path = write(folder.join(format!("{at:08}.jsonl")), &text);
        age(&path, Duration::from_secs(3600 + at));
    }
    claude(&place, "live", "Mend the fence.");
    let mut server = started(&place, "auto");
    await_events(&mut server, "live", 2);
    let rows = listed(&mut server);
    assert_eq!(rows.len(), 50);
    let names: Vec<&str> = rows.iter().map(|row| row["sessionId"].as_str().unwrap()).collect();
    assert_eq!((names[0], names[1], names[49]), ("live", "00000000", "00000048"));
}

#[test]
fn many_files_at_once_are_not_all_taken_for_sessions_at_work() {
    let place = Workspace::new();
    // As after a backup was put back: everything is new.
    for at in 0..40 {
        claude(&place, &format!("s{at}"), "Long ago.");
    }
    let mut server = started(&place, "auto");
    let attached = listed(&mut server).iter().filter(|row| row["attached"] == true).count();
    assert!((1..=8).contains(&attached), "{attached} are attached");
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_wakes_up_while_agents_rest_or_work_elsewhere() {
    let place = Workspace::new();
    age(&claude(&place, "old", "Long ago."), Duration::from_hours(1));
    let other = place.outside("other");
    let folder = place.outside("home/.codex/sessions/2026/03/01");
    write(folder.join("rollout-2026-03-01T10-00-00-x.jsonl"), super::homes::codex_text("x", &other, 10, "Elsewhere."));
    // To look into a database is no event in it.
    opencode(&place, "ses_1", "Paint it.");
    let mut server = server_with(&place, "ask", |options| options.capabilities = json!({}));
    assert_eq!(listed(&mut server).len(), 2);
    assert!(is_idle(server.pid()), "the threads of an idle server wake up");
    let beside = place.outside("home/.local/share/opencode");
    assert_eq!(files_under(&beside), [beside.join("opencode.db")], "a look makes nothing");
}
