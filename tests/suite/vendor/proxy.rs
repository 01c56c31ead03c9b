//! stub
pub struct Proxy;
