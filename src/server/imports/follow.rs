//! An import that goes on: the file is followed, and the request is answered once everything that the file had at the
//! start is stored.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::Report;
use super::read::unreadable;
use crate::host::follow::{Follow, FollowHandle};
use crate::server::client::{Client, Urgency};
use crate::transcripts::Item;
use crate::wire::protocol::RequestError;

/// Items at the end of a file that a follower holds back for a moment: the usage of the last message, a line without an end.
const HELD_BACK: u64 = 2;

/// Follows a file; the request is answered once everything that the file has now is stored.
pub(super) fn follow(path: &Path, report: Report, client: Client) -> Option<FollowHandle> {
    let (target, format, total) = (report.target.clone(), report.target.format, report.total);
    let waiting = Arc::new(Mutex::new(Some(report)));
    let answer = {
        let waiting = Arc::clone(&waiting);
        move |result: Result<u64, RequestError>| {
            if let Some(report) = waiting.lock().ok().and_then(|mut report| report.take()) {
                report.answer(result);
            }
        }
    };
    if total <= HELD_BACK {
        answer(Ok(0));
    }
    let (mut handed, mut stored) = (0, 0);
    let tell = answer.clone();
    let on_items = move |items: Vec<Item>| {
        let first = handed;
        handed += items.len() as u64;
        match target.send_all(first, items, |_| Ok(())) {
            Ok(new) => stored += new,
            Err(error) => {
                client.show(
                    Urgency::Error,
                    format!("the file of session {:?} is not followed any more: {error}", target.session_id),
                );
                tell(Err(error));
                return false;
            }
        }
        if handed + HELD_BACK >= total {
            tell(Ok(stored));
        }
        true
    };
    match Follow::start(path, format, on_items) {
        Ok(handle) => Some(handle),
        Err(error) => {
            answer(Err(unreadable(path, &error)));
            None
        }
    }
}
