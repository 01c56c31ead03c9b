//! What other processes have stored: their events and versions reach the sessions in memory, and the client hears of them as
//! if they had been made here.

use std::ops::RangeInclusive;
use std::path::Path;

use super::{Core, refused};
use crate::engine::diff::diff;
use crate::engine::effect::{Effect, Revision};
use crate::engine::event::Origin;
use crate::engine::memory::plain;
use crate::engine::settings::Pressure;
use crate::server::workspace::{Entry, Workspace, source};
use crate::wire::protocol::RequestError;

impl Core {
    /// Somebody may have stored something of this session, these versions among it.
    pub(super) fn stored(&mut self, root: &Path, id: &str, revisions: RangeInclusive<u64>) {
        if let Err(error) = self.take_notice(root, id, revisions) {
            tracing::warn!(session = id, "what another process stored is not seen: {error}");
        }
    }

    fn take_notice(&mut self, root: &Path, id: &str, revisions: RangeInclusive<u64>) -> Result<(), RequestError> {
        let (config, client) = (self.config.clone(), self.client.clone());
        let workspace = self.workspace(root)?;
        let before = workspace.sessions.get(id).map(|entry| (entry.marks, entry.session.pressure()));
        if !workspace.load(id, &config).map_err(|error| refused(&error))? {
            return Ok(());
        }
        let Some(entry) = workspace.sessions.get(id) else { return Ok(()) };
        let session = &entry.session;
        if before.map_or(Pressure::Low, |(_, pressure)| pressure) != session.pressure() {
            let effect = Effect::Pressure {
                pressure: session.pressure(),
                context_tokens: session.context_tokens(),
                context_limit: session.context_limit(),
            };
            client.did_change_pressure(id, &effect);
        }
        let marks = entry.marks;
        let new: Vec<u64> = revisions.filter(|number| !self.made_here.remove(&(id.to_owned(), *number))).collect();
        let workspace = self.workspace(root)?;
        for number in new {
            if let Some(entry) = workspace.sessions.get(id)
                && let Some(revision) = revision(workspace, entry, number)?
            {
                client.did_update(id, &entry.file.uri(), &revision);
            }
        }
        if before.is_none_or(|(known, _)| known != marks) {
            self.changed(root, id);
        }
        Ok(())
    }
}

/// A version of another process, as its maker would tell of it.
fn revision(workspace: &Workspace, entry: &Entry, number: u64) -> Result<Option<Revision>, RequestError> {
    let read = |number| workspace.store.revision(entry.key, Some(number)).map_err(|error| refused(&error));
    let Some(new) = read(number)? else { return Ok(None) };
    let old = if number > 1 { read(number - 1)? } else { None };
    let old = old.map(|old| plain(&old.text)).unwrap_or_default();
    let origins = [Origin::Background, Origin::Refresh, Origin::User, Origin::Compact, Origin::Restore];
    Ok(Some(Revision {
        revision: number,
        at: new.row.at,
        source: source(&new.row.source),
        origin: origins.into_iter().find(|origin| origin.name() == new.row.origin).unwrap_or(Origin::Background),
        covered_through: new.row.covered,
        tokens: new.row.tokens,
        diff: diff(&old, &plain(&new.text)),
        text: new.text,
        layer: None,
        made: None,
    }))
}
