//! One binary that drives the real program over real pipes, as an editor or a script would, and checks what every
//! client may rely on; and the laws of the engine over arbitrary conversations (`property`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation)]
// A table of cases is one function, however long; and a text put together for a test need not be put together fast.
#![allow(clippy::too_many_lines, clippy::format_collect)]

mod agents;
mod buffers;
mod cli;
mod compaction;
mod crash;
mod discovery;
mod editor;
mod errors;
mod events;
mod faults;
mod file;
mod frames;
mod harness;
mod hooks;
mod import;
mod install;
mod models;
mod obstacles;
mod places;
mod property;
mod protocol;
mod redaction;
mod restart;
mod rules;
mod schedule;
mod search;
mod settings;
mod shape;
mod sharing;
mod sources;
mod timeline;
mod tools;
mod transcripts;
mod untouched;
mod usage;
mod vendor;
mod versions;
mod watching;
mod xml;
