//! Stand-in until the estimator is in place.
use serde::{Deserialize, Serialize};
/// x
pub fn estimate(text: &str) -> u32 { (text.len() as u32) / 4 }
/// x
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration { last: Option<(u64, u64)> }
impl Calibration {
    /// x
    pub fn observe(&mut self, live: u64, reported: u64) { self.last = Some((live, reported)); }
    /// x
    pub fn reset_base(&mut self, _live: u64) { self.last = None; }
    /// x
    pub fn scale(&self, e: u64) -> u64 { e }
    /// x
    pub fn unscale(&self, e: u64) -> u64 { e }
    /// x
    pub fn context(&self, live: u64) -> u64 { self.last.map_or(live, |(l, r)| (r + live).saturating_sub(l)) }
}
