//! stub
use super::Recorded;
pub fn validate(_requests: &[Recorded]) -> Result<(), String> {
    Ok(())
}
