//! System calls that fail, or that kill who makes them.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::await_some;

/// Whether system calls can be made to fail here. Says so where they cannot, because a test is skipped then.
pub fn strace_works() -> bool {
    let tried = Command::new("strace").args(["-fqqo/dev/null", "true"]).status();
    let works = tried.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: strace is not installed, or may not trace here");
    }
    works
}

/// Attached to one thread of a process until dropped.
pub struct Strace {
    child: Child,
}

impl Strace {
    /// Injects a fault, in the words of strace's option `inject`, into the calls of the thread with this name. `None` where
    /// that is not allowed.
    pub fn attach(pid: u32, thread: &str, inject: &str) -> Option<Strace> {
        let named = |task: &PathBuf| fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == thread);
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(|task| task.unwrap().path());
        let task = tasks.into_iter().find(named).unwrap();
        let id = task.file_name().unwrap().to_str().unwrap();
        let mut child = Command::new("strace")
            .args(["-qqo/dev/null", &format!("-einject={inject}"), "-p", id])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let attached = await_some("strace is attached", || {
            let status = fs::read_to_string(task.join("status")).unwrap_or_default();
            let traced = status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
            if traced { Some(true) } else { child.try_wait().unwrap().map(|_| false) }
        });
        if !attached {
            eprintln!("skipped: strace may not attach here");
        }
        attached.then_some(Strace { child })
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        // Not killed: it is to let the thread go first.
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
