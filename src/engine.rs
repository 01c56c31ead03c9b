//! The heart: plain, synchronous, without files, sockets or clocks (time is a field of the event), so that it
//! cannot fail for reasons of the world and every rule of the product is a table of `check(input, expected)`.

pub mod blame;
pub mod compact;
pub mod conduct;
pub mod conversation;
pub mod diff;
pub mod edits;
pub mod effect;
pub mod event;
pub mod event_page;
pub mod explain;
pub mod extract;
pub mod guard;
pub mod intake;
pub mod memory;
pub mod merge;
pub mod message;
pub mod outline;
pub mod prices;
pub mod prompt;
pub mod redact;
pub mod schedule;
pub mod search_text;
pub mod session;
pub mod settings;
pub mod timeline;
pub mod tokens;
