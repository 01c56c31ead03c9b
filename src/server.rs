//! The language server: bytes in, tasks for one main loop, answers and notifications out.
//!
//! The threads: the transport and its handlers on a single-threaded runtime; the main loop, which owns every
//! session and answers everything that must be quick; the writer, which does what may be slow (memory files, the
//! search index, searches); the watcher of memory files; and, where the user has chosen one, a model's. Types of the LSP appear in `backend` and `convert` only.

pub mod backend;
mod buffers;
mod client;
mod convert;
mod delivery;
pub mod discovery;
mod document;
pub mod feeding;
mod imports;
pub mod local;
mod main_loop;
mod models;
mod on_disk;
mod requests;
mod task;
pub mod transport;
mod workspace;
mod writer;

pub use backend::run;
