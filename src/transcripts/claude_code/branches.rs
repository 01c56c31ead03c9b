//! The tree of records, used for one thing only: to find prompts that the user went back from.
//!
//! Going back writes a second prompt under the same record as the first; the first one's subtree is then no
//! longer part of the conversation. Nothing else is read out of the tree, because results of parallel tool
//! calls are side branches of it, and a walk from the last record to the root would lose them.

use std::collections::HashMap;

/// The place of a record in the order of the file.
pub(super) type Node = usize;

#[derive(Clone, Copy)]
struct Record {
    parent: Option<Node>,
    /// It names a parent that is not in this file.
    orphan: bool,
    /// A message of the conversation, as opposed to output, markers and progress between messages.
    message: bool,
    continued: bool,
}

/// What a prompt follows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Anchor {
    Start,
    Message(Node),
}

/// Prompts that follow one and the same message.
struct Fork {
    prompts: Vec<Node>,
    session: String,
    /// The event before the first of them.
    after: Option<String>,
}

/// What [`Branches::prompt`] found.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// The conversation goes on.
    Onward,
    /// The user went back: the events after this one are abandoned (`None`: all).
    Back(Option<String>),
}

/// The tree.
#[derive(Default)]
pub(super) struct Branches {
    index: HashMap<Box<str>, Node>,
    records: Vec<Record>,
    forks: HashMap<Anchor, Fork>,
}

impl Branches {
    /// The record is known already.
    pub(super) fn contains(&self, uuid: &str) -> bool {
        self.index.contains_key(uuid)
    }

    /// The last record.
    pub(super) fn last(&self) -> Option<Node> {
        self.records.len().checked_sub(1)
    }

    /// Adds a record. A parent that was not seen before makes it a root.
    pub(super) fn add(&mut self, uuid: Option<&str>, parent: Option<&str>, message: bool) -> Node {
        let named = parent.is_some();
        let parent = parent.and_then(|parent| self.index.get(parent).copied());
        if let Some(record) = parent.and_then(|parent| self.records.get_mut(parent)) {
            record.continued = true;
        }
        let node = self.records.len();
        self.records.push(Record { parent, orphan: named && parent.is_none(), message, continued: false });
        if let Some(uuid) = uuid {
            self.index.entry(uuid.into()).or_insert(node);
        }
        node
    }

    /// Notes that the record is a prompt of this session; `last_event` names the event before it.
    pub(super) fn prompt(&mut self, node: Node, session: &str, last_event: Option<&str>) -> Step {
        let Some(anchor) = self.anchor(node) else { return Step::Onward };
        let fork = self.forks.entry(anchor).or_insert_with(|| Fork {
            prompts: Vec::new(),
            session: session.to_owned(),
            after: last_event.map(str::to_owned),
        });
        // Old and made-up files have no links at all, and files of several sessions have several starts: a
        // second start counts only where the first one was answered in the same session.
        let first = fork.prompts.first().and_then(|first| self.records.get(*first));
        if anchor == Anchor::Start && first.is_some_and(|first| !first.continued || fork.session != session) {
            return Step::Onward;
        }
        fork.prompts.push(node);
        if fork.prompts.len() > 1 { Step::Back(fork.after.clone()) } else { Step::Onward }
    }

    /// What a record follows, where the file tells.
    fn anchor(&self, node: Node) -> Option<Anchor> {
        let mut record = self.records.get(node)?;
        // A parent always stands before its child here, so the walk ends.
        while let Some(parent) = record.parent {
            record = self.records.get(parent)?;
            if record.message {
                return Some(Anchor::Message(parent));
            }
        }
        (!record.orphan).then_some(Anchor::Start)
    }

    /// For every record: is it on a branch that the user left? Of prompts that follow one message, the one
    /// whose subtree goes on the longest in the file is kept.
    pub(super) fn abandoned(&self) -> Vec<bool> {
        let mut newest: Vec<Node> = (0..self.records.len()).collect();
        for (node, record) in self.records.iter().enumerate().rev() {
            let reach = newest.get(node).copied().unwrap_or(node);
            if let Some(up) = record.parent.and_then(|parent| newest.get_mut(parent)) {
                *up = reach.max(*up);
            }
        }
        let mut abandoned = vec![false; self.records.len()];
        for fork in self.forks.values() {
            let kept = fork.prompts.iter().max_by_key(|prompt| newest.get(**prompt));
            for prompt in fork.prompts.iter().filter(|prompt| Some(*prompt) != kept) {
                if let Some(flag) = abandoned.get_mut(*prompt) {
                    *flag = true;
                }
            }
        }
        for (node, record) in self.records.iter().enumerate() {
            let inherited = record.parent.is_some_and(|parent| abandoned.get(parent) == Some(&true));
            if let Some(flag) = abandoned.get_mut(node) {
                *flag |= inherited;
            }
        }
        abandoned
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Builds a tree of `uuid<parent`; names that start with `p` are prompts, with `x` no messages. Gives
    /// the steps back and the names of the abandoned records.
    fn check(tree: &str, steps: &[&str], abandoned: &str) {
        let mut branches = Branches::default();
        let mut back = Vec::new();
        let names: Vec<&str> = tree.split(' ').collect();
        let mut last = None;
        for name in &names {
            let (uuid, parent) = name.split_once('<').unwrap();
            let parent = Some(parent).filter(|parent| !parent.is_empty());
            let node = branches.add(Some(uuid), parent, !uuid.starts_with('x'));
            if uuid.starts_with('p')
                && let Step::Back(after) = branches.prompt(node, "s", last)
            {
                back.push(format!("{uuid}:{}", after.unwrap_or_default()));
            }
            last = Some(uuid);
        }
        assert_eq!(back, steps, "{tree}");
        let left = branches.abandoned();
        let left: Vec<&str> =
            names.iter().zip(left).filter(|(_, left)| *left).map(|(name, _)| name.split_once('<').unwrap().0).collect();
        assert_eq!(left.join(" "), abandoned, "{tree}");
    }

    #[test]
    fn a_second_prompt_under_one_message_abandons_the_first() {
        check("p1< a1<p1 p2<a1 a2<p2", &[], "");
        check("p1< a1<p1 p2<a1 a2<p2 p3<a1 a3<p3", &["p3:a1"], "p2 a2");
        check("p1< a1<p1 p2<a1 a2<p2 p3<a1 a3<p3 p4<a1", &["p3:a1", "p4:a1"], "p2 a2 p3 a3");
        // Output and markers between the message and the prompt do not hide the fork.
        check("p1< a1<p1 x1<a1 p2<x1 a2<p2 x2<x1 p3<x2", &["p3:x1"], "p2 a2");
        // Back to the start, and beyond a compaction that was linked.
        check("p1< a1<p1 p2< a2<p2", &["p2:"], "p1 a1");
        check("x1< p1<x1 a1<p1 p2<x1 a2<p2", &["p2:x1"], "p1 a1");
        check("p1< a1<p1 p2<a1 x1<p2 s1<x1 p3<a1", &["p3:a1"], "p2 x1 s1");
        // The old branch went on after the new prompt: it is the live one.
        check("p1< a1<p1 p2<a1 a2<p2 p3<a1 a4<a2", &["p3:a1"], "p3");
    }

    #[test]
    fn what_only_looks_like_a_fork_stays() {
        // Parallel results: every call has its own child.
        check("p1< a1<p1 a2<a1 r1<a1 r2<a2 a3<r2 p2<a3", &[], "");
        // No links at all, or links to records that are not here.
        check("p1< a1< p2< a2<", &[], "");
        check("p1<gone a1<p1 p2<gone a2<p2", &[], "");
    }
}
