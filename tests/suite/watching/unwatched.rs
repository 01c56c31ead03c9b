//! Systems that give no watch, and a server with nothing to do.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{TYPED, begin, heard, start, with_line};
use crate::harness::{Server, Workspace, strace_works};

/// Without watches the file is looked at every two seconds.
#[test]
fn an_edit_is_seen_without_inotify() {
    if !strace_works() {
        return;
    }
    for refused in ["inotify_add_watch:error=ENOSPC", "inotify_init1:error=EMFILE"] {
        let place = Workspace::new();
        let mut server = Server::with(&place, |options| {
            options.settings = serde_json::json!({"initTokens": 10_000_000});
            options.under = vec!["strace".to_owned(), "-fqqo/dev/null".to_owned(), format!("-einject={refused}")];
        });
        begin(&mut server, "s");
        let file = place.memory_file("s");
        fs::write(&file, with_line(&fs::read_to_string(&file).unwrap(), TYPED)).unwrap();
        assert_eq!(heard(&mut server, "s", TYPED)["revision"], 2, "{refused}");
    }
}

/// How often the threads of a process have waited for something so far.
fn waits(pid: u32) -> u64 {
    let waits_of = |thread: &Path| {
        let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
        let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        count.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default()
    };
    fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(|thread| waits_of(&thread.unwrap().path())).sum()
}

/// Whether a process comes to rest. What follows from the last event may take a while; a server that polls has no quiet second
/// ever.
pub fn is_idle(pid: u32) -> bool {
    (0..10).any(|_| {
        let before = waits(pid);
        std::thread::sleep(Duration::from_secs(1));
        waits(pid) - before <= 2
    })
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_wakes_up_while_nothing_happens() {
    let place = Workspace::new();
    let mut server = start(&place);
    let file = place.memory_file("s");
    fs::write(&file, with_line(&fs::read_to_string(&file).unwrap(), TYPED)).unwrap();
    heard(&mut server, "s", TYPED);
    assert!(is_idle(server.pid()), "the threads of an idle server wake up");
}
