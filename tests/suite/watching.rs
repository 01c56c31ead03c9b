//! The memory file is watched: whatever way a user's editor has of saving it, the client hears of the new version without
//! asking for anything.

mod ours;
pub mod unwatched;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::events::user;
use crate::harness::{DID_UPDATE, Server, Workspace, await_some};

const TYPED: &str = "Mind the gap.";

/// A server with a session `s` whose memory has been written.
fn start(place: &Workspace) -> Server {
    let mut server = Server::quiet(place);
    begin(&mut server, "s");
    server
}

fn begin(server: &mut Server, session: &str) {
    server.append(session, &[user("u1", "Please do thing number 1.")]);
    server.call("refresh", json!({"sessionId": session}));
    server.notification(DID_UPDATE, |params| params["sessionId"] == session && params["revision"] == 1);
}

/// The announcement of the user's own version with a line in it.
#[track_caller]
fn heard(server: &mut Server, session: &str, line: &str) -> Value {
    let added = format!("+- {line}");
    server.notification(DID_UPDATE, |params| {
        params["sessionId"] == session
            && params["origin"] == "user"
            && params["unified"].as_str().is_some_and(|unified| unified.contains(&added))
    })
}

fn with_line(text: &str, line: &str) -> String {
    format!("{text}- {line}\n")
}

fn shell(folder: &Path, script: &str) {
    let done = Command::new("sh").args(["-ec", script]).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Puts a text into a file, in the way it is named after.
type Save = (&'static str, fn(&Path, &str));

const SAVES: [Save; 13] = [
    ("written in place", |file, text| fs::write(file, text).unwrap()),
    ("emptied first, written a moment later", |file, text| {
        let mut open = fs::File::create(file).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::io::Write::write_all(&mut open, text.as_bytes()).unwrap();
    }),
    ("renamed over", |file, text| {
        fs::write(file.with_extension("new"), text).unwrap();
        fs::rename(file.with_extension("new"), file).unwrap();
    }),
    ("vim, backupcopy=no", |file, text| {
        let (folder, backup) = (file.parent().unwrap(), file.with_extension("md~"));
        fs::write(folder.join("4913"), "").unwrap();
        fs::remove_file(folder.join("4913")).unwrap();
        fs::rename(file, &backup).unwrap();
        fs::write(file, text).unwrap();
        fs::remove_file(backup).unwrap();
    }),
    ("vim, backupcopy=yes", |file, text| {
        fs::copy(file, file.with_extension("md~")).unwrap();
        fs::write(file, text).unwrap();
        fs::remove_file(file.with_extension("md~")).unwrap();
    }),
    ("sed -i", |file, text| {
        let line = text.lines().last().unwrap();
        shell(file.parent().unwrap(), &format!("sed -i '$a {line}' session-memory.md"));
    }),
    ("appended to", |file, text| {
        let line = text.lines().last().unwrap();
        shell(file.parent().unwrap(), &format!("echo '{line}' >> session-memory.md"));
    }),
    ("deleted, then made anew", |file, text| {
        fs::remove_file(file).unwrap();
        fs::write(file, text).unwrap();
    }),
    ("its folder moved away, changed and moved back", |file, text| {
        let folder = file.parent().unwrap();
        fs::rename(folder, folder.with_extension("away")).unwrap();
        fs::write(folder.with_extension("away").join("session-memory.md"), text).unwrap();
        fs::rename(folder.with_extension("away"), folder).unwrap();
    }),
    ("the top folder moved away, changed and moved back", |file, text| {
        let top = file.parent().unwrap().parent().unwrap();
        fs::rename(top, top.with_file_name("away")).unwrap();
        fs::write(top.with_file_name("away").join("s/session-memory.md"), text).unwrap();
        fs::rename(top.with_file_name("away"), top).unwrap();
    }),
    ("the top folder deleted and made anew", |file, text| {
        fs::remove_dir_all(file.parent().unwrap().parent().unwrap()).unwrap();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }),
    ("another folder put in the place of its own", |file, text| {
        let (folder, other) = (file.parent().unwrap(), file.parent().unwrap().with_extension("other"));
        fs::create_dir(&other).unwrap();
        fs::write(other.join("session-memory.md"), text).unwrap();
        fs::rename(folder, folder.with_extension("old")).unwrap();
        fs::rename(other, folder).unwrap();
    }),
    ("with its time set back", |file, text| {
        let modified = fs::metadata(file).unwrap().modified().unwrap();
        fs::write(file, text).unwrap();
        fs::File::options().write(true).open(file).unwrap().set_modified(modified).unwrap();
    }),
];

#[test]
fn every_way_of_saving_is_seen() {
    for (name, save) in SAVES {
        let place = Workspace::new();
        let mut server = start(&place);
        let file = place.memory_file("s");
        save(&file, &with_line(&fs::read_to_string(&file).unwrap(), TYPED));
        assert_eq!(heard(&mut server, "s", TYPED)["revision"], 2, "{name}");
        let merged =
            await_some(name, || fs::read_to_string(&file).ok().filter(|text| text.contains("\nrevision: 2\n")));
        assert!(merged.contains(TYPED), "{name}: {merged}");
        // The next one is seen as well.
        fs::write(&file, with_line(&merged, "And the step.")).unwrap();
        assert_eq!(heard(&mut server, "s", "And the step.")["revision"], 3, "{name}");
    }
}

/// A text of the same length in the same file: neither size nor name tell that it is another one.
#[test]
fn a_change_of_one_letter_is_seen() {
    let place = Workspace::new();
    let mut server = start(&place);
    let file = place.memory_file("s");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("thing number 1.", "thing number 7.")).unwrap();
    let told = server.notification(DID_UPDATE, |params| params["origin"] == "user");
    assert!(told["unified"].as_str().unwrap().contains("thing number 7."), "{told}");
}

#[test]
fn real_vim_saves_in_each_of_its_ways() {
    if Command::new("vim").arg("--version").output().is_err() {
        eprintln!("skipped: there is no vim here");
        return;
    }
    for options in
        ["backupcopy=no writebackup", "backupcopy=yes writebackup", "backupcopy=auto backup", "nowritebackup"]
    {
        let place = Workspace::new();
        let mut server = start(&place);
        let script = format!(
            "vim -Nu NONE -i NONE -es -c 'set {options}' -c 'normal Go- {TYPED}' -c wq session-memory.md </dev/null"
        );
        shell(place.memory_file("s").parent().unwrap(), &script);
        assert_eq!(heard(&mut server, "s", TYPED)["revision"], 2, "{options}");
    }
}

#[test]
fn many_saves_at_once_cost_a_few_looks() {
    const SAVES: usize = 1000;
    let place = Workspace::new();
    let mut server = start(&place);
    let file = place.memory_file("s");
    let mut text = fs::read_to_string(&file).unwrap();
    let begun = std::time::Instant::now();
    for number in 1..=SAVES {
        // The user's editor never reads what the server makes of it.
        let typed = if number % 100 == 0 { format!("Line {number}.") } else { String::new() };
        if !typed.is_empty() {
            text = with_line(&text, &typed);
        }
        fs::write(file.with_extension("new"), &text).unwrap();
        fs::rename(file.with_extension("new"), &file).unwrap();
    }
    let looks = begun.elapsed().as_millis() / 50 + 3;
    let last = format!("Line {SAVES}.");
    let merged = await_some("the last line is in a version", || {
        let memory = server.call("history", json!({"sessionId": "s"}));
        let versions = memory["revisions"].as_array().unwrap().len();
        let text = fs::read_to_string(&file).ok()?;
        text.contains(&format!("\nrevision: {versions}\n")).then_some(())?;
        text.contains(&last).then_some((text, versions))
    });
    let (text, versions) = merged;
    for number in (100..=SAVES).step_by(100) {
        let line = format!("- Line {number}.\n");
        assert_eq!(text.matches(&line).count(), 1, "{line} in {text}");
    }
    assert!((versions as u128) < looks, "{versions} versions, {looks} looks at most");
    server.tolerate(DID_UPDATE);
}

#[test]
fn two_servers_make_one_version_of_an_edit() {
    let place = Workspace::new();
    let (mut one, mut two) = (start(&place), Server::quiet(&place));
    two.call("memory", json!({"sessionId": "s"}));
    let file = place.memory_file("s");
    let mut text = fs::read_to_string(&file).unwrap();
    for round in 1..=5u64 {
        let line = format!("Typed in round {round}.");
        fs::write(&file, with_line(&text, &line)).unwrap();
        text = await_some("the version is in the file", || {
            let text = fs::read_to_string(&file).ok()?;
            text.contains(&format!("\nrevision: {}\n", round + 1)).then_some(text)
        });
        assert_eq!(text.matches(&line).count(), 1, "{text}");
    }
    // Nothing that they do about it comes later.
    let barrier = |server: &mut Server, session: &str| {
        begin(server, session);
        let file = place.memory_file(session);
        fs::write(&file, with_line(&fs::read_to_string(&file).unwrap(), TYPED)).unwrap();
        heard(server, session, TYPED);
    };
    barrier(&mut one, "b1");
    barrier(&mut two, "b2");
    for server in [&mut one, &mut two] {
        let history = server.call("history", json!({"sessionId": "s"}));
        let origins: Vec<&str> =
            history["revisions"].as_array().unwrap().iter().map(|row| row["origin"].as_str().unwrap()).collect();
        assert_eq!(origins, ["refresh", "user", "user", "user", "user", "user"]);
    }
    for server in [&mut one, &mut two] {
        for revision in 2..=6 {
            server.notification(DID_UPDATE, |params| params["sessionId"] == "s" && params["revision"] == revision);
        }
        // Nothing is announced twice: whatever comes besides is of the other sessions.
        let others = server.notifications(DID_UPDATE);
        assert!(others.iter().all(|params| params["sessionId"] != "s"), "{others:?}");
        server.tolerate(DID_UPDATE);
    }
}
