//! New versions of the memory: from the conversation, and from the user's hand in the file.

use super::Session;
use crate::engine::diff::diff;
use crate::engine::edits::Edits;
use crate::engine::effect::{Effect, Revision};
use crate::engine::event::{Origin, Version};
use crate::engine::extract::Prose;
use crate::engine::memory::{Document, FrontMatter, Line, Section, parse_file, plain, render_file};
use crate::engine::schedule::Due;

/// The newest version.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// Its number, from 1.
    pub revision: u64,
    /// The last event it stands for.
    pub covered_through: u64,
    /// `model`, `extractive` or `user`.
    pub source: &'static str,
    /// When it was made, milliseconds since the epoch.
    pub updated_at: i64,
    /// The whole file.
    pub text: String,
}

/// Worth of a restored line: less than a fact of the embedded backend, more than what it chooses to fill up.
const RESTORED_WEIGHT: f32 = 25.0;

/// An edit of the file.
#[derive(Clone, Debug)]
pub(super) struct LastEdit {
    base: String,
    text: String,
    /// The user's layer before it.
    before: Edits,
}

impl Session {
    pub(super) fn update(&mut self, now: i64, origin: Origin) -> Vec<Effect> {
        let wanted = match origin {
            Origin::Background => self.due() == Due::Now,
            _ => self.last_seq > 0,
        };
        if !wanted {
            return Vec::new();
        }
        // A model that has read everything is not asked again.
        let is_told = self.prose.as_ref().is_some_and(|prose| prose.through == self.last_seq);
        if self.settings.model && !self.asked && !is_told {
            return self.ask(now, origin);
        }
        self.embedded(now, origin)
    }

    /// Brings the memory up to date without a model.
    pub(super) fn embedded(&mut self, now: i64, origin: Origin) -> Vec<Effect> {
        self.schedule.reset();
        self.read_up();
        let document = self.document();
        self.revise(now, origin, "extractive", self.last_seq, &document).into_iter().collect()
    }

    /// The whole memory as it would stand in the file now.
    pub(super) fn document(&self) -> Document {
        // The user's own lines stand whatever the budgets say.
        let generated = self.generated(self.settings.memory_tokens, None);
        self.edits.lay(&generated.fit(self.settings.memory_tokens, self.settings.section_tokens))
    }

    /// The memory for a compact answer: what stands in the tail need not stand in it.
    pub(super) fn document_for(&self, budget: u32, tail_from: u64) -> Document {
        self.edits.lay(&self.generated(budget, Some(tail_from))).fit(budget, budget)
    }

    /// What the program writes, without what the user deleted.
    fn generated(&self, budget: u32, tail_from: Option<u64>) -> Document {
        let mut document = self.extractor.document(budget, tail_from, self.prose.as_ref());
        for instructions in &self.instructions {
            document.push(Section::UserIntent, format!("For the memory: {instructions}"), f32::INFINITY);
        }
        self.edits.strip(&document)
    }

    pub(super) fn file_edited(&mut self, now: i64, base: &str, text: &str) -> Vec<Effect> {
        // A save that was seen when half of it was written goes on: what was not there yet was not deleted.
        let half = self.last_edit.take().filter(|last| last.base == base && text.starts_with(&last.text));
        let before = half.map_or_else(|| self.edits.clone(), |last| last.before);
        let mut edits = before.clone();
        edits.learn(base, text);
        self.last_edit = Some(LastEdit { base: base.to_owned(), text: text.to_owned(), before });
        self.take_edits(now, edits)
    }

    /// Pins a line of the newest memory, or leaves it to the program again.
    pub(super) fn pin(&mut self, now: i64, section: Section, text: &str, pinned: bool) -> Vec<Effect> {
        let mut edits = self.edits.clone();
        if pinned {
            let newest = self.newest();
            let lines = newest.lines(section);
            let Some(at) = lines.iter().position(|line| line.text == text) else { return Vec::new() };
            let above = at.checked_sub(1).and_then(|above| lines.get(above)).map(|line| line.text.as_str());
            if let Some(line) = lines.get(at) {
                edits.pin(section, line, above);
            }
        } else {
            edits.unpin(section, text);
        }
        self.take_edits(now, edits)
    }

    /// The user's layer is another one now: that is a version of the memory, even if it reads the same.
    fn take_edits(&mut self, now: i64, edits: Edits) -> Vec<Effect> {
        if edits == self.edits {
            return Vec::new();
        }
        self.unprepare();
        let generated = self.edits.strip(&self.newest());
        self.edits = edits;
        let document = self.edits.lay(&self.edits.strip(&generated));
        let covered = self.memory.as_ref().map_or(0, |memory| memory.covered_through);
        vec![self.revise_layer(now, Origin::User, "user", covered, &document)]
    }

    /// The newest memory as it stands in the file.
    fn newest(&self) -> Document {
        self.memory.as_ref().map(|memory| parse_file(&memory.text, self.edits.custom()).document).unwrap_or_default()
    }

    /// An earlier version is the newest again: what the program wrote in it is what the next one starts from. The user's
    /// lines of both stand.
    pub(super) fn restored(&mut self, now: i64, version: &Version) -> Vec<Effect> {
        self.unprepare();
        let shown = parse_file(&version.text, version.layer.custom()).document;
        let generated = version.layer.strip(&shown);
        self.edits.take_back(&version.layer, &shown);
        let mut prose = Document::default();
        for (section, line) in generated.all() {
            prose.push_line(section, Line { weight: RESTORED_WEIGHT, ..line.clone() });
        }
        let through = version.covered_through.min(self.last_seq);
        self.prose = Some(Prose { document: prose, through });
        let document = self.edits.lay(&self.edits.strip(&generated));
        let effect = self.revise_layer(now, Origin::Restore, version.source, through, &document);
        self.cover(through);
        // The version stands until there is something new.
        self.schedule.waive();
        vec![effect]
    }

    fn revise_layer(
        &mut self,
        now: i64,
        origin: Origin,
        source: &'static str,
        covered: u64,
        document: &Document,
    ) -> Effect {
        let mut revision = self.version(now, origin, source, covered, document);
        revision.layer = serde_json::to_string(&self.edits).ok();
        self.accept(revision)
    }

    /// Makes the next version, unless nothing but the front matter would change.
    pub(super) fn revise(
        &mut self,
        now: i64,
        origin: Origin,
        source: &'static str,
        covered: u64,
        document: &Document,
    ) -> Option<Effect> {
        let revision = self.next_revision(now, origin, source, covered, document);
        if let (None, Some(memory)) = (&revision, &mut self.memory) {
            // The memory stands for the new events too, but a version that reads the same is none.
            memory.covered_through = covered;
        }
        revision.map(|revision| self.accept(revision))
    }

    /// The next version as it would be.
    pub(super) fn next_revision(
        &self,
        now: i64,
        origin: Origin,
        source: &'static str,
        covered_through: u64,
        document: &Document,
    ) -> Option<Box<Revision>> {
        let revision = self.version(now, origin, source, covered_through, document);
        (self.memory.is_none() || !revision.diff.unified.is_empty()).then_some(revision)
    }

    fn version(
        &self,
        now: i64,
        origin: Origin,
        source: &'static str,
        covered_through: u64,
        document: &Document,
    ) -> Box<Revision> {
        let before = self.memory.as_ref();
        let revision = before.map_or(1, |memory| memory.revision + 1);
        let tokens = document.tokens();
        let front = FrontMatter { session: &self.id, revision, updated: now, covered_through, tokens, source };
        let text = render_file(&front, document, self.edits.custom());
        let diff = diff(&before.map(|memory| plain(&memory.text)).unwrap_or_default(), &plain(&text));
        Box::new(Revision {
            revision,
            at: now,
            source,
            origin,
            covered_through,
            tokens,
            text,
            layer: None,
            diff,
            made: None,
        })
    }

    /// Makes a version the newest one.
    pub(super) fn accept(&mut self, revision: Box<Revision>) -> Effect {
        for plan in [&mut self.prepared, &mut self.next].into_iter().flatten().filter_map(|ready| ready.plan.as_mut()) {
            // It would have had the same number.
            plan.revision = None;
        }
        self.memory = Some(Memory {
            revision: revision.revision,
            covered_through: revision.covered_through,
            source: revision.source,
            updated_at: revision.at,
            text: revision.text.clone(),
        });
        Effect::Revised(revision)
    }
}
