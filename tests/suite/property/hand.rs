//! The user's hand in the memory file: typing, removing, going back.

use proptest::sample::Index;
use session_memory::engine::edits::Edits;
use session_memory::engine::event::{Event, Version};

use super::world::{CORRECTION, World};

impl World {
    /// A version of the file that the user has before them.
    fn shown(&self, version: Option<Index>) -> Option<String> {
        let (newest, _) = self.versions.last()?;
        let older = version.and_then(|version| self.versions.get(version.index(self.versions.len())));
        Some(older.map_or(newest, |(memory, _)| memory).text.clone())
    }

    fn edited(&mut self, base: String, rows: &[String]) {
        let text = rows.join("\n");
        let effects = self.session.apply(self.now, Event::FileEdited { base, text });
        self.keep(effects);
        self.check_typed();
    }

    pub(super) fn type_line(&mut self, version: Option<Index>, at: Index, kind: usize) {
        let Some(base) = self.shown(version) else { return };
        let typed = format!("typed at {}", self.now);
        let mut rows: Vec<String> = base.lines().map(str::to_owned).collect();
        let body = rows.iter().position(|row| row.starts_with("## ")).unwrap();
        let place = body + 1 + at.index(rows.len() - body);
        let new: &[String] = &match kind {
            0 => vec![format!("- {typed}")],
            1 => vec![String::new(), typed.clone(), String::new()],
            2 => vec![format!("## {typed}")],
            _ => vec!["```".to_owned(), format!("- {typed}"), "```".to_owned()],
        };
        rows.splice(place..place, new.iter().cloned());
        self.typed.push(typed);
        self.edited(base, &rows);
    }

    pub(super) fn remove_line(&mut self, version: Option<Index>, at: Index) {
        let Some(base) = self.shown(version) else { return };
        let mut rows: Vec<String> = base.lines().map(str::to_owned).collect();
        let items: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].starts_with("- ")).collect();
        if items.is_empty() {
            return;
        }
        let gone = rows.remove(items[at.index(items.len())]);
        self.taken_back |= gone.contains(CORRECTION);
        self.typed.retain(|typed| !gone.contains(typed.as_str()));
        self.edited(base, &rows);
    }

    pub(super) fn go_back(&mut self, version: Index) {
        if self.versions.is_empty() {
            return;
        }
        let (memory, layer) = self.versions[version.index(self.versions.len())].clone();
        let back = Version {
            text: memory.text.clone(),
            layer: if layer.is_empty() { Edits::default() } else { serde_json::from_str(&layer).unwrap() },
            covered_through: memory.covered_through,
            source: memory.source,
        };
        let effects = self.session.apply(self.now, Event::Restored(Box::new(back)));
        self.keep(effects);
        // The server saves the state behind a version that was restored.
        self.save();
        for row in memory.text.lines().filter(|row| row.contains("typed at ")) {
            let typed = row.trim_start_matches(['-', '#', ' ']).to_owned();
            if !self.typed.contains(&typed) {
                self.typed.push(typed);
            }
        }
        self.check_typed();
    }

    /// Whatever happened: what the user typed and did not remove stands in the newest version.
    pub(super) fn check_typed(&self) {
        let Some((memory, _)) = self.versions.last() else { return };
        for typed in &self.typed {
            let there = memory.text.lines().any(|row| row.trim_start_matches(['-', '#', ' ']) == typed);
            assert!(there, "{typed:?} is not in\n{}", memory.text);
        }
    }
}
