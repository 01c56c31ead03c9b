//! What `install` does to one file: what it says now, what it is to say, and the writing.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::agents::Agent;
use crate::agents::install::places::Place;
use crate::agents::install::{Fault, Settings, compact_prompt, script};
use crate::engine::diff::diff;
use crate::host::agent_settings::SettingsFile;

/// A file, changed or not.
pub struct Change {
    /// The file's path.
    pub path: PathBuf,
    /// What it says.
    pub old: Option<String>,
    /// What it is to say; `None` where it is to go.
    pub new: Option<String>,
    /// Whether it must be backed up first: it is not ours, and this is the first change.
    pub first: bool,
    /// Whether it is a program.
    program: bool,
    file: SettingsFile,
}

impl Change {
    /// The change to a settings file.
    pub fn of_settings(agent: Agent, program: &str, place: &Place, uninstall: bool) -> anyhow::Result<Change> {
        let file = SettingsFile::locate(&place.path, place.project.as_deref(), &place.stays)?;
        let (old, backup) = (file.read()?, file.read_backup()?);
        let settings = Settings::new(agent, program);
        let said = |fault: Fault| unreadable(&place.path, &fault);
        let new = match (&old, uninstall) {
            (None, true) => None,
            (Some(old), true) => settings.strip(old, backup.as_deref()).map_err(said)?,
            (old, false) => Some(settings.install(old.as_deref(), backup.as_deref()).map_err(said)?),
        };
        let first = match &old {
            Some(old) => !uninstall && !settings.is_in(old).map_err(said)?,
            None => false,
        };
        Ok(Change { path: place.path.clone(), old, new, first, program: false, file })
    }

    /// The change to Codex's own configuration that its summary prompt is in.
    pub fn of_compact_prompt(place: &Place, uninstall: bool) -> anyhow::Result<Change> {
        let file = SettingsFile::locate(&place.path, place.project.as_deref(), &place.stays)?;
        let (old, backup) = (file.read()?, file.read_backup()?);
        let new = match (&old, uninstall) {
            (None, true) => None,
            (Some(old), true) => compact_prompt::strip(old, backup.as_deref()),
            (old, false) => {
                let installed = compact_prompt::install(old.as_deref());
                Some(installed.map_err(|fault| unreadable(&place.path, &fault))?)
            }
        };
        let first =
            old.as_ref().is_some_and(|old| !uninstall && !compact_prompt::is_in(old) && Some(old) != new.as_ref());
        Ok(Change { path: place.path.clone(), old, new, first, program: false, file })
    }

    /// The changes to a folder of scripts, and the scripts of others that stand where ours would.
    pub fn of_scripts(program: &str, place: &Place, uninstall: bool) -> anyhow::Result<(Vec<Change>, Vec<PathBuf>)> {
        let (mut changes, mut taken) = (Vec::new(), Vec::new());
        for event in script::EVENTS {
            let path = place.path.join(script::name(event));
            let file = SettingsFile::locate(&path, place.project.as_deref(), &place.stays)?;
            let old = file.read()?;
            if old.as_ref().is_some_and(|old| !script::is_ours(old)) {
                taken.push(path);
                continue;
            }
            let new = (!uninstall).then(|| script::text(event, program));
            changes.push(Change { path, old, new, first: false, program: true, file });
        }
        Ok((changes, taken))
    }

    /// Whether anything changes.
    pub fn changes(&self) -> bool {
        self.old != self.new
    }

    /// The difference, with the file's name on top; empty where there is none.
    pub fn diff(&self) -> String {
        let unified = diff(self.old.as_deref().unwrap_or_default(), self.new.as_deref().unwrap_or_default()).unified;
        if unified.is_empty() { unified } else { format!("--- {0}\n+++ {0}\n{unified}", self.path.display()) }
    }

    /// Makes the change; tells where the file was backed up, if it was.
    pub fn write(&self) -> anyhow::Result<Option<PathBuf>> {
        if !self.changes() {
            return Ok(None);
        }
        if let (true, Some(old)) = (self.first, &self.old) {
            self.file.back_up(old)?;
        }
        match (&self.old, &self.new) {
            (old, Some(new)) if self.program => self.file.replace_program(old.as_deref(), new)?,
            (old, Some(new)) => self.file.replace(old.as_deref(), new)?,
            (Some(old), None) => self.file.remove(old)?,
            (None, None) => {}
        }
        if self.first {
            return Ok(Some(self.file.backup_path()));
        }
        // A backup that says what the file says is of no more use.
        if self.new.is_some() && self.file.read_backup()? == self.new {
            self.file.drop_backup()?;
        }
        Ok(None)
    }
}

/// The error for settings that cannot be edited.
fn unreadable(path: &Path, fault: &Fault) -> anyhow::Error {
    anyhow!("{}: {fault}; the file was left as it is. Correct it, then run this again", path.display())
}
