//! Processes: the agent that started this one, which tells that the session after a cleared context is the same user's at the same prompt,
//! and which terminal of an editor it runs in; and whether one that held something still runs.

/// The agent that started this hook: the first of its ancestors that is no shell, with the time it was started, because the
/// system gives numbers of processes out again. Empty where the system does not tell.
pub fn agent() -> Option<String> {
    #[cfg(target_os = "linux")]
    {
        let mut pid = rustix::process::getppid()?.as_raw_nonzero().get();
        for _ in 0..8 {
            let (name, parent, start) = stat(pid)?;
            if !is_shell(&name) {
                return Some(format!("{pid}:{start}"));
            }
            pid = parent;
        }
        None
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        rustix::process::getppid().map(|pid| format!("{}:", pid.as_raw_nonzero()))
    }
    #[cfg(not(unix))]
    {
        None
    }
}

/// This process, in the same words.
pub fn own() -> String {
    let pid = std::process::id();
    #[cfg(target_os = "linux")]
    if let Some((_, _, start)) = stat(pid.cast_signed()) {
        return format!("{pid}:{start}");
    }
    format!("{pid}:")
}

/// Whether it still runs; `true` where the system does not tell.
pub fn is_running(agent: &str) -> bool {
    #[cfg(target_os = "linux")]
    {
        let Some((pid, start)) = agent.split_once(':') else { return false };
        pid.parse().is_ok_and(|pid| stat(pid).is_some_and(|(_, _, now)| now.to_string() == start))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = agent;
        true
    }
}

/// The number of a process and those of its ancestors, the nearest first. Only itself where the system does not tell.
pub fn line(agent: &str) -> Vec<u32> {
    let Some(own) = agent.split(':').next().and_then(|pid| pid.parse::<u32>().ok()) else { return Vec::new() };
    #[cfg(target_os = "linux")]
    {
        let next = |pid: &u32| stat(i32::try_from(*pid).ok()?).and_then(|(_, parent, _)| u32::try_from(parent).ok());
        // The first process of the system is nobody's terminal.
        std::iter::successors(Some(own), next).take_while(|pid| *pid > 1).take(32).collect()
    }
    #[cfg(not(target_os = "linux"))]
    {
        vec![own]
    }
}

#[cfg(target_os = "linux")]
fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "zsh" | "fish" | "ash" | "ksh" | "env" | "timeout" | "sudo")
}

/// Name, parent and start of a process.
#[cfg(target_os = "linux")]
fn stat(pid: i32) -> Option<(String, i32, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold some itself.
    let (before, after) = text.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = after.split_whitespace().collect();
    Some((name, fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?))
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_a_later_one_of_its_number() {
        let (_, _, start) = stat(std::process::id().cast_signed()).unwrap();
        let own = own();
        assert!(is_running(&own) && own == format!("{}:{start}", std::process::id()));
        assert!(!is_running(&format!("{}:{}", std::process::id(), start + 1)));
        assert!(!is_running("") && !is_running("x:1") && !is_running("4194305:1"));
        let line = line(&own);
        assert!(line.len() > 1 && line[0] == std::process::id() && !line.contains(&1), "{line:?}");
        assert!(agent().is_some_and(|agent| is_running(&agent)));
    }
}
