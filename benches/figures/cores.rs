//! Which core a process runs on. The same pair of processes answers in 2 µs on one core and in 60 µs across two, so a
//! comparison that leaves it to chance compares nothing.

/// Where the two sides run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    /// Both on one core.
    One,
    /// Each on its own.
    Two,
}

impl Cores {
    /// How it is called in the table.
    pub fn name(self) -> &'static str {
        match self {
            Cores::One => "one core",
            Cores::Two => "two cores",
        }
    }

    /// The placements that this machine has.
    pub fn all() -> &'static [Cores] {
        if system::cores().len() > 1 { &[Cores::One, Cores::Two] } else { &[Cores::One] }
    }
}

/// Puts this process on the first core; processes started from now on too.
pub fn settle() {
    if let Some(&core) = system::cores().first() {
        system::pin(None, core);
    }
}

/// Puts all threads of another process where `cores` says; this one stays on the first core.
pub fn place(process: u32, cores: Cores) {
    let all = system::cores();
    let at = usize::from(cores == Cores::Two);
    if let Some(&core) = all.get(at).or(all.first()) {
        system::pin(Some(process), core);
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::sync::OnceLock;

    use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};

    /// The cores that this process was allowed when it was first asked.
    pub fn cores() -> &'static [usize] {
        static CORES: OnceLock<Vec<usize>> = OnceLock::new();
        CORES.get_or_init(|| {
            let allowed = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
            (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core)).collect()
        })
    }

    pub fn pin(process: Option<u32>, core: usize) {
        let mut set = CpuSet::new();
        set.set(core);
        let Some(process) = process else {
            let _ = sched_setaffinity(None, &set);
            return;
        };
        let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return };
        for thread in threads.flatten() {
            let id = thread.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
            if let Some(id) = id {
                let _ = sched_setaffinity(Some(id), &set);
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Processes cannot be put on a core here.
    pub fn cores() -> &'static [usize] {
        &[]
    }

    pub fn pin(_process: Option<u32>, _core: usize) {}
}
