//! Bytes to values and back, without I/O.

pub mod frame;
pub mod jsonrpc;
pub mod protocol;
pub mod repair;
pub mod sse;
