//! Hooks that are killed while they put something aside or take it in, and several that take in at once: what counts is
//! whole, in its order, and there once.

use std::process::{Command, Stdio};
use std::time::Duration;

use session_memory::host::store::{Told, put_aside};

use super::put_aside::{lock, prompt, spooled, store_of, told, words};
use super::{hook, silent};
use crate::harness::{PROGRAM, Workspace, strace_works};

/// A hook, in the words of the command that runs it.
fn under(place: &Workspace, words: &[String], number: usize) -> std::process::Child {
    let payload = place.outside(&format!("payload-{number}"));
    std::fs::write(&payload, prompt(place, number).to_string()).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).chain([PROGRAM, "hook", "--agent", "cursor"]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", place.state());
    command.env("SESSION_MEMORY_STATE_DIR", place.state()).env("SESSION_MEMORY_CONFIG", place.config());
    command.stdin(std::fs::File::open(payload).unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
    command.current_dir(place.root()).spawn().unwrap()
}

fn killed_at(call: &str, when: usize) -> Vec<String> {
    ["strace", "-qqo/dev/null", &format!("-einject={call}:signal=SIGKILL:when={when}")].map(str::to_owned).to_vec()
}

/// The numbers of the prompts that are in the session; they stand in their order, each once.
#[track_caller]
fn numbers(place: &Workspace) -> Vec<usize> {
    let words = words(place);
    let number = |word: &String| word.strip_prefix("Please do thing number ")?.strip_suffix('.')?.parse().ok();
    let numbers: Vec<usize> = words.iter().filter_map(number).collect();
    assert_eq!(numbers.len(), words.len(), "{words:?}");
    assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
    numbers
}

#[test]
fn a_hook_that_is_killed_while_it_puts_aside_leaves_all_or_nothing() {
    let place = Workspace::new();
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 0)));
    let held = lock(&place);
    let traced = strace_works();
    let (mut number, mut whole) = (1, vec![0]);
    let mut run = |words: &[String], after: Option<u64>| {
        let before = spooled(&place).len();
        let mut child = under(&place, words, number);
        if let Some(after) = after {
            std::thread::sleep(Duration::from_millis(after));
            let _ = child.kill();
        }
        child.wait().unwrap();
        for file in spooled(&place) {
            let text = std::fs::read(&file).unwrap();
            serde_json::from_slice::<Told>(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
        if spooled(&place).len() > before {
            whole.push(number);
        }
        number += 1;
    };
    if traced {
        for call in ["rename", "fdatasync", "fsync", "write", "mkdir"] {
            run(&killed_at(call, 1), None);
        }
    }
    // Anywhere on the way, and most of them where it gives up.
    for round in 0..16u64 {
        run(&[], Some(if round % 4 == 0 { round * 15 } else { 250 + round }));
    }
    run(&[], None);
    drop(held);
    assert!(whole.len() >= 2, "{whole:?}");
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, number)));
    whole.push(number);
    assert_eq!(numbers(&place), whole);
    assert!(spooled(&place).is_empty());
}

/// So many prompts put aside, from number 1.
fn put_many_aside(place: &Workspace, count: usize) {
    // One that a hook has made is the pattern.
    let held = lock(place);
    silent(&hook(place, &["--agent", "cursor"], &prompt(place, 1)));
    let pattern = spooled(place).remove(0);
    let text = std::fs::read_to_string(&pattern).unwrap();
    let one: Told = serde_json::from_str(&text).unwrap();
    for number in 2..=count {
        let id = |text: &str| {
            text.replace("number 1.", &format!("number {number}.")).replace("prompt:", &format!("{number}:"))
        };
        let mut other: Told = serde_json::from_str(&id(&text)).unwrap();
        other.at = one.at + i64::try_from(number).unwrap();
        put_aside(&store_of(place), &other).unwrap();
    }
    assert_eq!(spooled(place).len(), count);
    drop(held);
}

#[test]
fn several_hooks_take_in_at_once() {
    let place = Workspace::new();
    silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 0)));
    put_many_aside(&place, 60);
    let children: Vec<_> = (61..67).map(|number| under(&place, &[], number)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    // The last six were told at once and stand in any order.
    silent(&hook(&place, &["--agent", "cursor"], &told(&place, "stop", 70, &serde_json::json!({}))));
    let mut words = words(&place);
    words[61..].sort();
    let expected: Vec<String> = (0..67).map(|number| format!("Please do thing number {number}.")).collect();
    assert_eq!(words, expected);
    assert!(spooled(&place).is_empty());
}

#[test]
fn a_hook_that_is_killed_while_it_takes_in_leaves_the_rest_to_others() {
    if !strace_works() {
        return;
    }
    let mut killed = 0;
    for (call, when) in [("unlink", 1), ("unlink", 7), ("pwrite64", 9), ("pwrite64", 24), ("read", 30), ("openat", 40)]
    {
        let place = Workspace::new();
        silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 0)));
        put_many_aside(&place, 20);
        killed += usize::from(!under(&place, &killed_at(call, when), 21).wait().unwrap().success());
        silent(&hook(&place, &["--agent", "cursor"], &prompt(&place, 22)));
        let mut numbers = numbers(&place);
        // The one that was killed may have come so far.
        numbers.retain(|number| *number != 21);
        assert_eq!(numbers, (0..=20).chain([22]).collect::<Vec<_>>(), "{call} {when}");
        assert!(spooled(&place).is_empty(), "{call} {when}");
    }
    assert!(killed >= 4, "only {killed} calls were met");
}
