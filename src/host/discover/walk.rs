//! The way down to the sessions of one place: folders that fit, level by level, and the files at the end.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::{Candidate, Seen, head, milliseconds, opencode};
use crate::agents::discover::{Keeper, Names, Proof, Shelf};

/// Folders of one level that are gone into where any name fits.
const MOST_FOLDERS: usize = 20_000;
/// Folders of one level that are watched: where there are more, the newest of them.
const MOST_WATCHED: usize = 16;

/// Adds what lies in a place.
pub(super) fn walk(shelf: &Shelf, index: usize, root: &Path, seen: &mut Seen) {
    let base = fs::metadata(&shelf.base);
    if !base.as_ref().is_ok_and(|base| base.is_dir() && is_ours(base)) {
        // It may come; the nearest folder above it tells.
        seen.folders.extend(shelf.base.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned));
        return;
    }
    let Some((files, folders)) = shelf.levels.split_last() else { return };
    let mut level = vec![shelf.base.clone()];
    for (depth, names) in folders.iter().enumerate() {
        seen.folders.extend(level.iter().take(MOST_WATCHED).cloned());
        level = level.iter().flat_map(|folder| below(folder, names)).collect();
        if let Proof::Beside(levels, name) = shelf.proof
            && levels == depth + 1
        {
            level.retain(|folder| head::is_beside(&folder.join(name), root));
        }
    }
    seen.folders.extend(level.iter().take(MOST_WATCHED).cloned());
    if shelf.keeper == Keeper::OpenCode {
        seen.candidates.extend(opencode::candidates(&shelf.base, index, root));
        return;
    }
    for folder in &level {
        for (path, metadata) in entries(folder, files) {
            if metadata.is_file() {
                let modified_at = metadata.modified().map_or(0, milliseconds);
                seen.candidates.push(Candidate { shelf: index, path, modified_at, found: None });
            }
        }
    }
}

/// The folders in a folder whose names fit, the newest first.
fn below(folder: &Path, names: &Names) -> Vec<PathBuf> {
    let mut found: Vec<(PathBuf, Metadata)> =
        entries(folder, names).filter(|(_, metadata)| metadata.is_dir()).take(MOST_FOLDERS).collect();
    if let Names::Highest(most) = names {
        found.sort_by(|(a, _), (b, _)| b.cmp(a));
        found.truncate(*most);
    } else {
        found.sort_by_key(|(_, metadata)| std::cmp::Reverse(metadata.modified().map_or(0, milliseconds)));
    }
    found.into_iter().map(|(path, _)| path).collect()
}

/// What is in a folder with names that fit: files and folders of the user's, no links. A name that is known is not searched for.
fn entries(folder: &Path, names: &Names) -> impl Iterator<Item = (PathBuf, Metadata)> {
    let own = |path: PathBuf| {
        let metadata = fs::symlink_metadata(&path).ok()?;
        is_ours(&metadata).then_some((path, metadata))
    };
    let known = if let Names::Is(name) = names { Some(folder.join(name)) } else { None };
    let all = if known.is_none() { fs::read_dir(folder).ok() } else { None };
    let all = all.into_iter().flatten().flatten();
    let fitting = all.filter(|entry| entry.file_name().to_str().is_some_and(|name| names.fits(name)));
    known.into_iter().chain(fitting.map(|entry| entry.path())).filter_map(own)
}

/// Whether something belongs to the user that this process runs as.
pub(super) fn is_ours(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        true
    }
}
