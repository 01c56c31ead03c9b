//! Texts that an editor is to show and nobody is to edit: an event, a compaction, a difference. The LSP can only open
//! files, so each becomes one, readable by its owner alone, beside the store and not in the workspace.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::memory_file::session_folder;
use super::private_dir;

/// Views kept for a session; the oldest go first.
const MOST: usize = 100;

/// The folder of a session's views; `state` is the folder of the workspace's store.
fn folder(state: &Path, session: &str) -> PathBuf {
    state.join("views").join(session_folder(session))
}

/// Writes a view, in the place of an older one of its name, and gives its path. `name` is a plain file name.
///
/// # Errors
/// What the system says.
pub fn write(state: &Path, session: &str, name: &str, text: &str) -> std::io::Result<PathBuf> {
    let folder = folder(state, session);
    private_dir(&folder)?;
    sweep(&folder, name);
    let path = folder.join(name);
    if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(path);
    }
    // By rename, so that an editor never reads half of it; two servers have two temporary names.
    let temporary = folder.join(format!(".{name}.{}", std::process::id()));
    let _ = std::fs::remove_file(&temporary);
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o400);
    let written = options.open(&temporary).and_then(|mut file| file.write_all(text.as_bytes()));
    written.and_then(|()| std::fs::rename(&temporary, &path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })?;
    Ok(path)
}

/// Deletes all views of a session; none is fine.
///
/// # Errors
/// What the system says.
pub fn remove(state: &Path, session: &str) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder(state, session)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes room for one more.
fn sweep(folder: &Path, name: &str) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut views: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name() != name)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    views.sort();
    let over = (views.len() + 1).saturating_sub(MOST);
    for (_, path) in views.into_iter().take(over) {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn views_are_private_bounded_and_go() {
        let place = tempfile::tempdir().unwrap();
        let state = place.path();
        let path = write(state, "../s", "event-1.md", "one").unwrap();
        assert!(path.starts_with(state.join("views")), "{path:?}");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o400, 0o700));
        assert_eq!(write(state, "../s", "event-1.md", "two").unwrap(), path);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        for at in 0..MOST + 5 {
            write(state, "../s", &format!("event-{at}.md"), "x").unwrap();
        }
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), MOST);
        write(state, "other", "event-1.md", "mine").unwrap();
        remove(state, "../s").unwrap();
        remove(state, "../s").unwrap();
        assert!(!path.parent().unwrap().exists());
        assert_eq!(std::fs::read_dir(state.join("views")).unwrap().count(), 1);
    }
}
