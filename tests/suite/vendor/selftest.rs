//! The fake vendor does what it says, seen through a bare socket.

mod client;
mod faults;
mod script;
mod shapes;
