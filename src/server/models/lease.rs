//! The lease of a session: one process at a time has its memory written.

use std::hash::{BuildHasher as _, RandomState};

use crate::host::process;
use crate::host::store::{SessionKey, Store, StoreError};
use crate::server::main_loop::now;

/// Given back when dropped, so also when the request is called off.
pub struct Lease {
    /// The connection that holds it.
    pub store: Store,
    /// The session.
    pub key: SessionKey,
    holder: String,
    /// How long it lasts without being renewed, in milliseconds.
    lasts: u64,
}

impl Lease {
    /// Takes it; `None` while another process has it.
    pub fn take(mut store: Store, key: SessionKey, lasts: u64) -> Result<Option<Lease>, StoreError> {
        let holder = format!("{}-{:x}", process::own(), RandomState::new().hash_one(key));
        let mut taken = store.try_lease(key, &holder, now(), lasts)?;
        if !taken && let Some(other) = store.lease_holder(key)? {
            // One that was killed does not give it back.
            let running = other.rsplit_once('-').is_none_or(|(process, _)| process::is_running(process));
            taken = !running && store.release(key, &other)? && store.try_lease(key, &holder, now(), lasts)?;
        }
        Ok(taken.then_some(Lease { store, key, holder, lasts }))
    }

    /// Begins its time anew: a long conversation is read in many parts.
    pub fn renew(&mut self) {
        match self.store.try_lease(self.key, &self.holder, now(), self.lasts) {
            Ok(true) => {}
            // What both write is compared with what each started from: the second is dropped, its cost is not.
            Ok(false) => tracing::warn!("another process has this memory written as well"),
            Err(error) => tracing::warn!("the lease of a session was not renewed: {error}"),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = self.store.release(self.key, &self.holder);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::host::store::SessionMeta;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_is_gone_holds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let key = store.append(&SessionMeta { id: "s", ..SessionMeta::default() }, &[]).unwrap().row.key;
        let take = || Lease::take(Store::open(dir.path()).unwrap(), key, 60_000).unwrap();
        assert!(store.try_lease(key, &format!("{}-1", process::own()), now(), 60_000).unwrap());
        assert!(take().is_none(), "its process runs");
        store.release(key, &format!("{}-1", process::own())).unwrap();
        assert!(store.try_lease(key, "4194305:1-1", now(), 60_000).unwrap());
        assert!(take().is_some());
    }

    #[test]
    fn it_lasts_as_long_as_it_is_renewed() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let key = store.append(&SessionMeta { id: "s", ..SessionMeta::default() }, &[]).unwrap().row.key;
        let mut lease = Lease::take(store, key, 60_000).unwrap().unwrap();
        let other = |ahead: i64| {
            let mut store = Store::open(dir.path()).unwrap();
            store.try_lease(key, "other", now() + ahead, 1).unwrap()
        };
        assert!(Lease::take(Store::open(dir.path()).unwrap(), key, 1).unwrap().is_none());
        lease.lasts = 120_000;
        lease.renew();
        assert!(!other(100_000), "the first minute is over, the second time is not");
        drop(lease);
        assert!(other(0));
    }
}
