//! Real transcripts of ten agents, where they lie beside the repository: each is compacted to a valid request within
//! its budget, or refused in one clear sentence; none makes the program panic.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;

use crate::cli::{Done, run};
use crate::events::Voice;
use crate::harness::{Workspace, files_under};
use crate::rules::valid;
use crate::xml::well_formed;

const TARGET: u64 = 4000;
/// Largest transcript that is replayed event by event.
const REPLAYED: u64 = 300_000;

fn collection() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/transcripts");
    let mut files = files_under(&folder);
    files.sort_by_key(|path| std::cmp::Reverse(path.metadata().map_or(0, |metadata| metadata.len())));
    files
}

/// Runs a check for every file on two threads; gives what went wrong.
fn for_each(files: Vec<PathBuf>, check: impl Fn(&Path) + Sync) -> Vec<String> {
    let (queue, failures) = (Mutex::new(files.into_iter()), Mutex::new(Vec::new()));
    let work = || {
        while let Some(path) = { queue.lock().unwrap().next() } {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&path)));
            if let Err(panic) = outcome {
                let text = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                failures.lock().unwrap().push(format!("{}: {:.500}", path.display(), text.unwrap_or_default()));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    failures.into_inner().unwrap()
}

/// One sentence that names the file, and nothing else.
fn is_refused(done: &Done) {
    assert!(done.code == 1 && done.stdout.is_empty(), "{} {:.200}", done.code, done.stdout);
    assert!(
        done.stderr.starts_with("error: ") && done.stderr.lines().count() == 1 && done.stderr.len() < 600,
        "{:.800}",
        done.stderr
    );
}

/// Ids of the calls in the last message: they may wait for their results.
fn waiting(messages: &[Value]) -> Vec<String> {
    let last = messages.iter().rfind(|message| message["role"] == "assistant");
    let blocks = last
        .and_then(|last| last["content"].as_array())
        .into_iter()
        .flatten()
        .filter(|block| block["type"] == "tool_use");
    let calls = last.and_then(|last| last["tool_calls"].as_array()).into_iter().flatten();
    blocks.chain(calls).filter_map(|call| Some(call["id"].as_str()?.to_owned())).collect()
}

#[test]
fn every_transcript_is_compacted_or_refused() {
    let place = Workspace::new();
    let (state, root) = (place.state(), place.root());
    let failures = for_each(collection(), |path| {
        let target = TARGET.to_string();
        let done = run(&state, &root, &["compact", path.to_str().unwrap(), "--target-tokens", &target, "--json"], "");
        if done.code != 0 {
            return is_refused(&done);
        }
        let answer = done.json();
        let messages = answer["messages"].as_array().unwrap();
        let openai = messages.iter().any(|message| message["role"] == "tool" || message.get("tool_calls").is_some());
        let voice = if openai { Voice::OpenAi } else { Voice::Anthropic };
        if answer["compacted"] == true {
            assert!(answer["tokensAfter"].as_u64().unwrap() <= TARGET, "{}", answer["tokensAfter"]);
            valid(messages, voice, &waiting(messages));
        } else {
            assert!(done.stderr.starts_with("not compacted: "), "{}", done.stderr);
        }
    });
    assert!(failures.is_empty(), "{} files:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn sessions_of_all_agents_are_replayed() {
    let place = Workspace::new();
    let (state, root) = (place.state(), place.root());
    let small = |path: &PathBuf| path.metadata().is_ok_and(|metadata| metadata.len() < REPLAYED);
    let files: Vec<PathBuf> = collection().into_iter().filter(small).collect();
    let failures = for_each(files, |path| {
        let chart = place.outside(&format!("{}.svg", path.file_stem().unwrap().to_string_lossy()));
        let args = ["replay", path.to_str().unwrap(), "--context-limit", "20000", "--chart", chart.to_str().unwrap()];
        let done = run(&state, &root, &args, "");
        if done.code != 0 {
            return is_refused(&done);
        }
        assert!(done.stderr.is_empty() && done.stdout.contains("memory: "), "{:.300}", done.stderr);
        assert_eq!(well_formed(&std::fs::read_to_string(&chart).unwrap()), Ok("svg".to_owned()));
    });
    assert!(failures.is_empty(), "{} files:\n{}", failures.len(), failures.join("\n"));
}
