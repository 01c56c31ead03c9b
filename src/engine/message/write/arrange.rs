//! Which items stand in which message: the order that the vendors' APIs ask for, restored. Messages of one role
//! become one, and every call is followed by its result.

use std::collections::{HashMap, HashSet};

use super::items::{Item, Kind, Piece};
use super::{INTERRUPTED, Request};
use crate::engine::conversation::Role;
use crate::engine::message::Format;

/// Items that will stand in one message.
pub(super) struct Group {
    pub role: Role,
    pub items: Vec<Item>,
}

/// Restores the order that the API asks for.
pub(super) fn arrange(request: &Request, pieces: &[Piece]) -> Vec<Group> {
    let mut answers: HashMap<&str, &Item> = HashMap::new();
    let mut calls: HashSet<&str> = HashSet::new();
    for item in pieces.iter().flat_map(|piece| &piece.items) {
        match &item.kind {
            Kind::Call(id) => {
                calls.insert(id);
            }
            Kind::Result(id) => {
                answers.entry(id).or_insert(item);
            }
            Kind::Text | Kind::Other => {}
        }
    }
    let mut arranged = Arranged { format: request.format, groups: Vec::new(), unanswered: Vec::new() };
    let mut memory = request.memory.map(Item::text);
    let mut called: HashSet<&str> = HashSet::new();
    for (index, piece) in pieces.iter().enumerate() {
        // The memory stands before the conversation and behind the system messages at its head.
        if index >= request.head
            && let Some(item) = memory.take()
        {
            arranged.push(Role::User, item);
        }
        match piece.role {
            Role::Assistant => {
                for item in &piece.items {
                    if let Kind::Call(id) = &item.kind {
                        if !called.insert(id) {
                            continue;
                        }
                        arranged.unanswered.push(id.clone());
                    }
                    arranged.push(Role::Assistant, item.clone());
                }
            }
            Role::User | Role::Tool => {
                arranged.answer(&answers, request.open);
                for item in &piece.items {
                    match &item.kind {
                        Kind::Result(id) if calls.contains(id.as_str()) => {}
                        Kind::Result(_) => arranged.push(Role::User, item.as_text("Result of an earlier tool call")),
                        _ => arranged.push(Role::User, item.clone()),
                    }
                }
            }
            Role::System => {
                arranged.answer(&answers, request.open);
                for item in &piece.items {
                    arranged.push(Role::System, item.clone());
                }
            }
        }
    }
    arranged.answer(&answers, request.open);
    if let Some(item) = memory {
        arranged.push(Role::User, item);
    }
    arranged.groups
}

struct Arranged {
    format: Format,
    groups: Vec<Group>,
    /// Calls of the last assistant message, in order.
    unanswered: Vec<String>,
}

impl Arranged {
    fn push(&mut self, role: Role, item: Item) {
        match self.groups.last_mut() {
            // A `tool` message of OpenAI's API carries one result; system messages stay apart too.
            Some(group) if group.role == role && role != Role::Tool && role != Role::System => group.items.push(item),
            Some(group)
                if role == Role::System
                    && group.role == role
                    && group.items.last().and_then(|last| last.origin).map(|o| o.0) == item.origin.map(|o| o.0) =>
            {
                group.items.push(item);
            }
            _ => self.groups.push(Group { role, items: vec![item] }),
        }
    }

    /// Puts the results of the last assistant message behind it.
    fn answer(&mut self, answers: &HashMap<&str, &Item>, open: &HashSet<String>) {
        let role = match self.format {
            Format::Anthropic => Role::User,
            Format::OpenAi => Role::Tool,
        };
        for id in std::mem::take(&mut self.unanswered) {
            match answers.get(id.as_str()) {
                Some(&item) => self.push(role, item.clone()),
                None if open.contains(&id) => {}
                None => self.push(role, Item::result(self.format, &id, INTERRUPTED, true)),
            }
        }
    }
}
