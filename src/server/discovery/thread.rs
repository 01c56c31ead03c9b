//! The thread: looks when something has happened, decides about each session once, and answers requests for a list.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::list::list;
use super::news::News;
use super::{Choice, Fed, Manner, Told, belongs};
use crate::config::Attach;
use crate::host::discover::{Candidate, Found, Look, Places, Seen, is_live};
use crate::host::pokes;
use crate::host::store::{NewFeed, Store, StoreError};
use crate::server::client::{Client, Urgency};
use crate::server::imports::Imports;
use crate::server::main_loop::now;

/// Quiet time before a look, and the longest time until one.
const QUIET: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(2);
/// Sessions at work that are decided about at one look: the newest. A machine whose files were all put back at once has more.
const MOST_LIVE: usize = 8;
/// Files at work that are looked into at one look.
const MOST_OPENED: usize = 256;
/// Questions that wait for an answer at once.
const MOST_QUESTIONS: usize = 4;
/// After this time the note in the store is renewed, while the agent is at work: who comes to feed the workspace only follows
/// sessions of which something was noted lately.
const RENEW: Duration = Duration::from_hours(1);
const RENEW_MS: i64 = 3_600_000;

/// What was decided about a session.
enum Decided {
    /// Nothing: it is decided at a later look.
    NotYet,
    /// All for the next hour.
    ForNow,
    /// All.
    ForGood,
}

struct Folder {
    root: PathBuf,
    state: PathBuf,
    places: Arc<Places>,
}

pub(super) struct Thread {
    manner: Manner,
    client: Client,
    imports: Imports,
    sender: Sender<Told>,
    folders: Vec<Folder>,
    news: News,
    /// Sessions whose users were asked about them.
    asked: HashSet<String>,
    /// Questions without an answer.
    questions: usize,
}

impl Thread {
    pub(super) fn new(manner: Manner, client: Client, imports: Imports, sender: Sender<Told>) -> Thread {
        let news = News::new(sender.clone());
        Thread { manner, client, imports, sender, folders: Vec::new(), news, asked: HashSet::new(), questions: 0 }
    }

    pub(super) fn run(mut self, told: &Receiver<Told>) {
        // When something has happened that was not looked at yet: the first and the last of it.
        let mut news: Option<(Instant, Instant)> = None;
        loop {
            let next = match news {
                None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some((first, last)) => {
                    let at = (last + QUIET).min(first + LONGEST);
                    told.recv_timeout(at.saturating_duration_since(Instant::now()))
                }
            };
            match next {
                Ok(Told::Folders(folders)) => {
                    self.set(folders);
                    self.look();
                }
                Ok(Told::News) => {
                    let now = Instant::now();
                    news = Some((news.map_or(now, |(first, _)| first), now));
                }
                Err(RecvTimeoutError::Timeout) => {
                    news = None;
                    self.look();
                }
                Ok(Told::Chosen(root, found, choice)) => {
                    self.chosen(&root, &found, choice);
                    // There may be another question to ask now.
                    self.look();
                }
                Ok(Told::List(folders, reply)) => {
                    drop(reply.send(list(&folders, &self.manner.state_dir, &self.imports)));
                }
                Ok(Told::End) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn set(&mut self, folders: Vec<(PathBuf, PathBuf)>) {
        if self.manner.attach == Attach::Off {
            return;
        }
        let folder =
            |(root, state): (PathBuf, PathBuf)| Some(Folder { places: Arc::new(Places::of(&root)?), root, state });
        self.folders = folders.into_iter().filter_map(folder).collect();
        let mut interest = self.news.interest();
        interest.places = self.folders.iter().map(|folder| Arc::clone(&folder.places)).collect();
        // What belongs to none of the folders may belong to a new one.
        interest.settled.clear();
    }

    /// Looks for sessions at work and decides about them; what comes next is heard of.
    fn look(&mut self) {
        let seen = self.seen();
        let mut sessions: Vec<(PathBuf, PathBuf, Found)> = Vec::new();
        // A file that is of no use to one folder may be another's.
        let (mut settled, mut open) = (HashMap::new(), HashSet::new());
        for (folder, candidates) in self.folders.iter().zip(seen) {
            let live = candidates.into_iter().filter(|candidate| is_live(candidate.modified_at, now()));
            let mut here = 0;
            for candidate in live.take(MOST_OPENED) {
                if self.news.interest().is_settled(&candidate.path) {
                    continue;
                }
                match folder.places.open(&candidate) {
                    Look::Session(found) if self.is_of(folder, &found) => {
                        here += 1;
                        if here <= MOST_LIVE {
                            sessions.push((folder.root.clone(), folder.state.clone(), *found));
                        }
                        open.insert(candidate.path);
                    }
                    Look::Early => drop(open.insert(candidate.path)),
                    Look::Session(_) | Look::Other => drop(settled.insert(candidate.path, None)),
                }
            }
        }
        settled.retain(|path, _| !open.contains(path));
        for (root, state, found) in sessions {
            match self.decide(&root, &state, &found) {
                Ok(Decided::NotYet) => {}
                Ok(Decided::ForNow) => drop(settled.insert(found.path, Instant::now().checked_add(RENEW))),
                Ok(Decided::ForGood) => drop(settled.insert(found.path, None)),
                Err(error) => tracing::warn!("a session of an agent is not attached: {error}"),
            }
        }
        self.news.interest().settled.extend(settled);
    }

    /// What may be a session, for each folder. Everything that comes later is heard of: where a folder was not watched before,
    /// there is another look into it.
    fn seen(&mut self) -> Vec<Vec<Candidate>> {
        loop {
            let seen: Vec<Seen> = self.folders.iter().map(|folder| folder.places.look()).collect();
            let watched = seen.iter().flat_map(|seen| seen.folders.iter().cloned()).collect();
            if !self.news.watch(watched) {
                return seen.into_iter().map(|seen| seen.candidates).collect();
            }
        }
    }

    /// Whether a session is of this folder rather than of another one that is open.
    fn is_of(&self, folder: &Folder, found: &Found) -> bool {
        let inner = |other: &Folder| {
            let cwd = found.cwd.as_deref();
            other.root != folder.root
                && other.root.starts_with(&folder.root)
                && cwd.is_some_and(|cwd| cwd.starts_with(&other.root))
        };
        belongs(&self.manner.state_dir, &folder.root, found) && !self.folders.iter().any(inner)
    }

    fn decide(&mut self, root: &Path, state: &Path, found: &Found) -> Result<Decided, StoreError> {
        let fed = Fed::read(state)?;
        if let Some(feed) = fed.feed(found) {
            if feed.session.is_none() {
                return Ok(Decided::ForGood);
            }
            // Agreed to before.
            if now() - feed.at > RENEW_MS {
                let (agent_session, agent) = (&*feed.agent_session, &*feed.agent);
                enter(state, &NewFeed { agent_session, agent, at: now(), ..NewFeed::default() })?;
            }
            return Ok(Decided::ForNow);
        }
        if self.imports.follows(&found.session_id) {
            return Ok(Decided::ForNow);
        }
        match self.manner.attach {
            Attach::Auto => attach(state, found).map(|()| Decided::ForNow),
            Attach::Ask if self.manner.asks => Ok(self.ask(root, found)),
            Attach::Ask | Attach::Off => Ok(Decided::ForGood),
        }
    }

    fn ask(&mut self, root: &Path, found: &Found) -> Decided {
        if self.asked.contains(&found.session_id) {
            return Decided::ForGood;
        }
        if self.questions >= MOST_QUESTIONS {
            return Decided::NotYet;
        }
        self.asked.insert(found.session_id.clone());
        self.questions += 1;
        let title = found.title.as_deref().unwrap_or("a long conversation");
        // Editors make links of some texts; what stands in a conversation shall be none.
        let title = title.replace("](", "] (");
        let end = if title.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        let message = format!("{} is at work here: {title}{end} Keep its memory?", found.keeper.title());
        let (sender, root, found) = (self.sender.clone(), root.to_owned(), Box::new(found.clone()));
        self.client.ask(message, Choice::ALL.map(Choice::title).to_vec(), move |title| {
            let choice = title.and_then(|title| Choice::from_title(&title));
            let _ = sender.send(Told::Chosen(root, found, choice));
        });
        Decided::ForGood
    }

    fn chosen(&mut self, root: &Path, found: &Found, choice: Option<Choice>) {
        self.questions = self.questions.saturating_sub(1);
        if choice == Some(Choice::Always) {
            self.manner.attach = Attach::Auto;
        }
        if let Some(Choice::Attach | Choice::Always) = choice
            && let Some(folder) = self.folders.iter().find(|folder| folder.root == root)
            && let Err(error) = attach(&folder.state, found)
        {
            let message = format!("{} is not attached: {error}", found.path.display());
            self.client.show(Urgency::Error, message);
        }
    }
}

/// Leaves the note by which the session is followed, now and after a restart.
fn attach(state: &Path, found: &Found) -> Result<(), StoreError> {
    let new = NewFeed {
        agent_session: &found.session_id,
        agent: found.keeper.name(),
        transcript: found.path.to_str(),
        at: now(),
        ..NewFeed::default()
    };
    enter(state, &new)
}

fn enter(state: &Path, new: &NewFeed) -> Result<(), StoreError> {
    Store::open(state)?.enter_feed(new)?;
    if let Err(error) = pokes::poke(state) {
        tracing::warn!("whoever feeds {} does not hear of a session: {error}", state.display());
    }
    Ok(())
}
