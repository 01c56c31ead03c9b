//! The fake vendor does what it says, seen through a bare socket.

mod client;
mod faults;
mod proxy;
mod script;
mod shapes;
