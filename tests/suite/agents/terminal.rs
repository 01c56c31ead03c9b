//! A program in a terminal: keys go in, a screen comes out.

use std::cell::Cell;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use vt100::{Callbacks, Parser, Screen};

use super::await_in;
use super::place::Place;
use super::process::end_group;

const ROWS: u16 = 50;
const COLUMNS: u16 = 150;

/// What a program asks its terminal, answered; some wait for that before they draw anything.
#[derive(Default)]
struct Answers(Vec<u8>);

impl Callbacks for Answers {
    fn unhandled_csi(&mut self, screen: &mut Screen, i1: Option<u8>, _: Option<u8>, params: &[&[u16]], name: char) {
        match (name, i1, params) {
            ('n', None, [[6]]) => {
                let (row, column) = screen.cursor_position();
                self.0.extend(format!("\x1b[{};{}R", row + 1, column + 1).into_bytes());
            }
            ('c', None, _) => self.0.extend(b"\x1b[?62;22c"),
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut Screen, params: &[&[u8]]) {
        match params {
            [b"10", b"?"] => self.0.extend(b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
            [b"11", b"?"] => self.0.extend(b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
            _ => {}
        }
    }
}

/// The terminal and the program in it, which is ended when this is dropped.
pub struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    screen: Arc<Mutex<Parser<Answers>>>,
    reading: Option<JoinHandle<()>>,
}

/// What Claude Code ("Compacted (…)") and Codex ("Context compacted") say.
pub fn compacted(screen: &str) -> bool {
    screen.contains("Compacted") || screen.contains("compacted")
}

impl Terminal {
    /// Starts a program in the place's workspace.
    pub fn start(place: &Place, program: &Path, arguments: &[&str]) -> Terminal {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(ROWS, COLUMNS)).unwrap();
        let command = Command::new(program).args(arguments).env_clear().envs(place.env()).current_dir(place.root());
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let size = |count: u16| count.try_into().unwrap();
        let parser = Parser::new_with_callbacks(size(ROWS), size(COLUMNS), 0, Answers::default());
        let screen = Arc::new(Mutex::new(parser));
        let (own_pty, own_screen) = (Arc::clone(&pty), Arc::clone(&screen));
        let reading = std::thread::spawn(move || show(&own_pty, &own_screen));
        Terminal { child, pty, screen, reading: Some(reading) }
    }

    fn look(&self) -> MutexGuard<'_, Parser<Answers>> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.look().screen().contents()
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub fn wait_for(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        await_in(what, || self.text(), || Some(self.text()).filter(|text| fits(text)))
    }

    /// Waits for a text on the screen.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        self.wait_for(text, |screen| screen.contains(text));
    }

    /// Presses keys.
    pub fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line into the prompt, sees it there, and sends it off.
    #[track_caller]
    pub fn enter(&self, line: &str) {
        self.press(line);
        self.shows(line);
        self.press("\r");
    }

    /// Sends a command and waits for its effect. A program may be at work a moment longer than its last hook says, and refuses
    /// commands then: it is told again.
    #[track_caller]
    pub fn command(&self, line: &str, what: &str, done: impl Fn(&str) -> bool) {
        const REFUSED: &str = "is disabled while a task is in progress";
        let refused = Cell::new(0);
        self.enter(line);
        self.wait_for(what, |screen| {
            let now = screen.matches(REFUSED).count();
            if now > refused.replace(now) {
                let known = screen.matches(line).count();
                self.press(line);
                self.wait_for(line, |screen| screen.matches(line).count() > known);
                self.press("\r");
            }
            done(screen)
        });
    }

    /// Sends a prompt and waits for the answer.
    #[track_caller]
    pub fn ask(&self, prompt: &str, answer: &str) {
        self.enter(prompt);
        self.shows(answer);
    }

    /// Waits for the end of the program.
    #[track_caller]
    pub fn ended(mut self) {
        let state = Arc::clone(&self.screen);
        let text = || state.lock().unwrap_or_else(PoisonError::into_inner).screen().contents();
        await_in("the end of a program in a terminal", text, || self.child.try_wait().unwrap());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        end_group(&self.child);
        let _ = self.child.wait();
        // With the last program the terminal's other side is closed, and the thread comes to its end.
        if let Some(thread) = self.reading.take() {
            let _ = thread.join();
        }
    }
}

/// Brings what the program writes to the screen, until nobody has the other side open.
fn show(mut pty: &Pty, screen: &Mutex<Parser<Answers>>) {
    let mut bytes = [0; 16_384];
    while let Ok(read @ 1..) = pty.read(&mut bytes) {
        let answers = {
            let mut parser = screen.lock().unwrap_or_else(PoisonError::into_inner);
            parser.process(&bytes[..read]);
            std::mem::take(&mut parser.callbacks_mut().0)
        };
        if pty.write_all(&answers).is_err() {
            return;
        }
    }
}
