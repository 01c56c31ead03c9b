//! How busy the machine was with other things during the run; figures of a busy machine are worth less.

use std::time::Instant;

/// Ticks of a second in `/proc`; the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// A run that has begun.
pub struct Load {
    begun: Instant,
    busy: Option<f64>,
}

impl Load {
    /// Begins.
    pub fn begin() -> Load {
        Load { begun: Instant::now(), busy: busy() }
    }

    /// Ends: a sentence on what others used.
    pub fn end(&self) -> String {
        let seconds = self.begun.elapsed().as_secs_f64();
        match (self.busy, busy(), own()) {
            (Some(before), Some(after), Some(own)) => {
                let others = (after - before - own).max(0.0) / seconds;
                format!("{seconds:.0} s; other processes used {:.0} % of one core meanwhile", others * 100.0)
            }
            _ => format!("{seconds:.0} s; the load by other processes is not known"),
        }
    }
}

/// Seconds that all cores were busy, taken away by the hypervisor included.
fn busy() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<f64> =
        stat.lines().next()?.split_whitespace().skip(1).filter_map(|tick| tick.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal
    let idle: f64 = ticks.iter().skip(3).take(2).sum();
    Some((ticks.iter().take(8).sum::<f64>() - idle) / TICKS)
}

/// Seconds that this process and its ended children used.
fn own() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let ticks: Vec<f64> =
        stat.rsplit(')').next()?.split_whitespace().skip(11).take(4).filter_map(|tick| tick.parse().ok()).collect();
    Some(ticks.iter().sum::<f64>() / TICKS)
}
