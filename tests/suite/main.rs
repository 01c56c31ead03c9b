//! One binary that drives the real program over real pipes, as an editor or a script would, and checks what every
//! client may rely on; and the laws of the engine over arbitrary conversations (`property`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation)]

mod cli;
mod compaction;
mod crash;
mod errors;
mod events;
mod file;
mod frames;
mod harness;
mod import;
mod places;
mod property;
mod protocol;
mod redaction;
mod rules;
mod schedule;
mod search;
mod settings;
mod shape;
mod sharing;
mod tools;
mod transcripts;
mod untouched;
mod xml;
