//! Notices that the editor which started the server is gone, for the case that it left our input open.

/// Ready when the process `pid` has ended, within a second.
///
/// A process that cannot be seen at the start is not waited for: it is in another PID namespace (an editor outside of
/// the container), and the end of input has to tell.
#[cfg(unix)]
pub async fn parent_died(pid: u32) {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};

    let alive = |pid| test_kill_process(pid) != Err(Errno::SRCH);
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let Some(pid) = pid.filter(|pid| alive(*pid)) else {
        tracing::info!("the client's process cannot be watched");
        return std::future::pending().await;
    };
    while alive(pid) {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

/// Never ready: on this system the end of input tells that the client is gone.
#[cfg(not(unix))]
pub async fn parent_died(_pid: u32) {
    std::future::pending().await
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use futures_util::future::FutureExt;
    use std::process::{Command, Stdio};

    #[tokio::test]
    async fn ready_when_the_process_ends_and_not_before() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut died = Box::pin(parent_died(child.id()));
        assert!((&mut died).now_or_never().is_none());
        drop(child.stdin.take());
        child.wait().unwrap();
        died.await;
    }

    #[tokio::test]
    async fn processes_that_cannot_be_seen_are_not_waited_for() {
        for pid in [0, i32::MAX as u32, u32::MAX] {
            let watch = parent_died(pid);
            assert!(watch.now_or_never().is_none(), "{pid}");
        }
    }
}
