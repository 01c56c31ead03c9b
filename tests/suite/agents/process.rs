//! A program that works without a terminal, to its end.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process_group};

use super::await_in;
use super::place::Place;

/// A running program; when it is dropped, it and everything that it has started is ended.
pub struct Process {
    child: Child,
    /// What it prints, and where it complains.
    printed: [Option<JoinHandle<String>>; 2],
}

/// What a program has printed.
pub struct Printed {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Process {
    /// Starts a program in the place's workspace.
    pub fn start(place: &Place, program: &Path, arguments: &[&str]) -> Process {
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(place.env())
            .current_dir(place.root())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = all(child.stdout.take().unwrap());
        let err = all(child.stderr.take().unwrap());
        Process { child, printed: [Some(out), Some(err)] }
    }

    /// Waits for the end.
    #[track_caller]
    pub fn ended(mut self) -> Printed {
        let status = await_in("the end of a program", String::new, || self.child.try_wait().unwrap());
        // What it has left behind holds the pipes open.
        end_group(&self.child);
        let [out, err] = self.printed.each_mut().map(|thread| thread.take().unwrap().join().unwrap());
        Printed { code: status.code(), out, err }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end_group(&self.child);
        let _ = self.child.wait();
    }
}

fn all(mut pipe: impl std::io::Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Ends a program that leads a group, and the group.
pub fn end_group(child: &Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}
