//! The answer as one text, for agents that take context as text only.

use std::fmt::Write as _;

use super::items::{Kind, Piece, pieces};
use super::{INTERRUPTED, Request, Written};
use crate::engine::conversation::Role;
use crate::engine::tokens;

/// Writes memory and tail as Markdown: one message whose content is the whole text. In a `handover` to a new session what the
/// system or the harness wrote is left out: the agent writes that itself there, in its newest form.
pub fn write_markdown(request: &Request, handover: bool) -> Written {
    let mut text = request.memory.unwrap_or_default().trim_end().to_owned();
    text.push_str("\n\n# Recent conversation, word for word\n");
    let pieces = pieces(request);
    let answered =
        |id: &str| pieces.iter().flat_map(|piece| &piece.items).any(|item| item.kind == Kind::Result(id.to_owned()));
    let heard = |piece: &&Piece| !(handover && (piece.meta || piece.role == Role::System));
    for piece in pieces.iter().filter(heard) {
        for item in &piece.items {
            let _ = match (&item.kind, piece.role) {
                _ if item.blank => continue,
                (Kind::Text, Role::User) => write!(text, "\n**User:** {}\n", item.text),
                (Kind::Text, Role::Assistant) => write!(text, "\n**Assistant:** {}\n", item.text),
                (Kind::Text, _) => write!(text, "\n**System:** {}\n", item.text),
                (Kind::Call(id), _) if answered(id) || request.open.contains(id) => {
                    write!(text, "\n**Tool call:** `{}`\n", item.json)
                }
                (Kind::Call(_), _) => write!(text, "\n**Tool call:** `{}`\n{INTERRUPTED}\n", item.json),
                (Kind::Result(_), _) => write!(text, "\n**Tool result:**\n{}\n", fenced(&item.text)),
                (Kind::Other, _) => continue,
            };
        }
    }
    Written { tokens: tokens::estimate(&text), messages: vec![text] }
}

/// A code fence longer than any inside the text.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end())
}
