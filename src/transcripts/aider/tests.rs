//! A small history, and the items it gives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::transcripts::show::check;
use crate::transcripts::{Format, detect};

const HISTORY: &str = concat!(
    "\n# aider chat started at 2026-03-01 10:00:00\n\n",
    "> Aider v0.86.1  \n> Added a.rs to the chat  \n\n",
    "#### rename the function  \n#### and its tests  \n\n",
    "I'll rename it.\n\na.rs\n```rust\n#### not a heading\n> nor a quote\n```\n\n",
    "> Tokens: 2.1k sent, 1.5k cache hit, 300 received. Cost: $0.01 message.  \n> Applied edit to a.rs  \n\n",
    "#### /undo  \n",
    "\n# aider chat started at 2026-03-02 10:00:00\n\n",
    "#### thanks  \n\nYou are welcome.\n",
);

#[test]
fn a_history_of_two_runs() {
    let expected = [
        "user meta: Aider v0.86.1\nAdded a.rs to the chat",
        "user: rename the function\nand its tests",
        "assistant: I'll rename it.\n\na.rs\n```rust\n#### not a heading\n> nor a quote\n```",
        "user meta: Tokens: 2.1k sent, 1.5k cache hit, 300 received. Cost: $0.01 message.\nApplied edit to a.rs",
        "usage 2100 300 1500",
        "user: /undo",
        "user: thanks",
        "assistant: You are welcome.",
    ];
    check(Format::Aider, HISTORY, &expected, 0);
    assert_eq!(detect(HISTORY.as_bytes()), Some(Format::Aider));
}
