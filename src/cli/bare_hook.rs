//! A call as a hook, but without the arguments of the hook. GitHub Copilot makes it: it reads the settings of Claude Code and leaves
//! out `args`. Code 2, which wrong usage has else, would tell it to stop the user's work.

use std::io::{IsTerminal as _, Read as _};
use std::sync::mpsc;
use std::time::Duration;

/// How long to wait for an agent to say something; it does so at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether this is such a call: no arguments, and an object on stdin. All of it is read, so that the agent can write it.
pub fn is_one() -> bool {
    if std::env::args_os().len() > 1 || std::io::stdin().is_terminal() {
        return false;
    }
    let (sender, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut first = [0];
        let object = input.read_exact(&mut first).is_ok() && first == *b"{";
        let _ = sender.send(object);
        let _ = std::io::copy(&mut input, &mut std::io::sink());
        let _ = sender.send(object);
    });
    let object = told.recv_timeout(PATIENCE).unwrap_or(false);
    object && told.recv().is_ok()
}
