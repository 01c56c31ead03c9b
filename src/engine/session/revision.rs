//! New versions of the memory: from the conversation, and from the user's hand in the file.

use super::Session;
use crate::engine::diff::diff;
use crate::engine::effect::{Effect, Revision};
use crate::engine::event::Origin;
use crate::engine::memory::{Document, FrontMatter, Section, parse_file, render_file};
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

/// The part of a file's text that is worth a revision: everything below the front matter.
fn sections(text: &str) -> String {
    parse_file(text).render_sections(true)
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
        if self.settings.model && !self.asked {
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
        let budget = self.settings.memory_tokens;
        let mut document = self.extractor.document(budget, None, self.prose.as_ref());
        for instructions in &self.instructions {
            document.push(Section::UserIntent, format!("For the memory: {instructions}"), f32::INFINITY);
        }
        self.edits.apply(&document).fit(budget, self.settings.section_tokens)
    }

    /// The memory for a compact answer: what stands in the tail need not stand in it.
    pub(super) fn document_for(&self, budget: u32, tail_from: u64) -> Document {
        let mut document = self.extractor.document(budget, Some(tail_from), self.prose.as_ref());
        for instructions in &self.instructions {
            document.push(Section::UserIntent, format!("For the memory: {instructions}"), f32::INFINITY);
        }
        self.edits.apply(&document).fit(budget, budget)
    }

    pub(super) fn file_edited(&mut self, now: i64, base: &str, text: &str) -> Vec<Effect> {
        let (shown, edited) = (parse_file(base), parse_file(text));
        if edited == shown {
            return Vec::new();
        }
        self.unprepare();
        self.edits.learn(&shown, &edited);
        let newest = self.memory.as_ref().map(|memory| parse_file(&memory.text)).unwrap_or_default();
        let document = self.edits.apply(&newest);
        let covered = self.memory.as_ref().map_or(0, |memory| memory.covered_through);
        self.revise(now, Origin::User, "user", covered, &document).into_iter().collect()
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
        let before = self.memory.as_ref();
        let change =
            diff(&before.map(|memory| sections(&memory.text)).unwrap_or_default(), &document.render_sections(true));
        if before.is_some() && change.unified.is_empty() {
            return None;
        }
        let revision = before.map_or(1, |memory| memory.revision + 1);
        let tokens = document.tokens();
        let front = FrontMatter { session: &self.id, revision, updated: now, covered_through, tokens, source };
        let text = render_file(&front, document);
        Some(Box::new(Revision {
            revision,
            at: now,
            source,
            origin,
            covered_through,
            tokens,
            text,
            diff: change,
            made: None,
        }))
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
