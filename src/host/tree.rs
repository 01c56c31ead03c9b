//! The files of a workspace as a memory names them: looked at, never read. Everything goes through a handle of the
//! workspace folder, so no `..` and no link leads out of it.

use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use cap_fs_ext::DirExt as _;
use cap_std::ambient_authority;
use cap_std::fs::Dir;

/// Entries of a folder looked at, for a folder of any size.
const MOST_ENTRIES: usize = 20_000;

/// A workspace folder, held open.
#[derive(Debug)]
pub struct Tree {
    dir: Dir,
    /// The folder by all of its names, the one to show first.
    names: [PathBuf; 2],
}

/// Something in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its absolute path below the folder's name that is shown.
    pub path: PathBuf,
    /// It is a folder.
    pub is_folder: bool,
    /// When it was last written.
    pub modified: Option<SystemTime>,
}

impl Tree {
    /// Opens a folder; `shown` is its path as the client spells it, `canonical` the one without links.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(shown: &Path, canonical: &Path) -> std::io::Result<Tree> {
        let dir = Dir::open_ambient_dir(canonical, ambient_authority())?;
        Ok(Tree { dir, names: [shown.to_owned(), canonical.to_owned()] })
    }

    /// The part of a path below the folder; `None` for one that is elsewhere by its words alone.
    pub fn inside<'a>(&self, path: &'a str) -> Option<&'a Path> {
        if path.is_empty() || path.contains('\0') {
            return None;
        }
        let path = Path::new(path);
        let inside =
            if path.is_absolute() { self.names.iter().find_map(|name| path.strip_prefix(name).ok())? } else { path };
        let plain = inside.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let named = inside.components().any(|part| matches!(part, Component::Normal(_)));
        (plain && named).then_some(inside)
    }

    /// What a path names, relative to the folder or absolute, if it is in the folder. Links are followed inside the
    /// folder; one that leads out of it names nothing.
    pub fn find(&self, path: &str) -> Option<Found> {
        let inside = self.inside(path)?;
        let metadata = self.dir.metadata(inside).ok()?;
        let whole: PathBuf = self.names[0].join(inside).components().collect();
        Some(Found {
            path: whole,
            is_folder: metadata.is_dir(),
            modified: metadata.modified().ok().map(cap_std::time::SystemTime::into_std),
        })
    }

    /// Whether nothing at all is at a path in the folder. What cannot be seen (no right to look, a link that leads
    /// out) is not gone.
    pub fn is_gone(&self, path: &str) -> bool {
        let Some(inside) = self.inside(path) else { return false };
        matches!(self.dir.symlink_metadata(inside), Err(error) if error.kind() == std::io::ErrorKind::NotFound)
    }

    /// Whether the first folder of a relative path exists: only then it is sure to start at this folder, because an
    /// agent may work further down.
    pub fn starts_here(&self, path: &str) -> bool {
        let Some(inside) = self.inside(path) else { return false };
        Path::new(path).is_absolute()
            || inside
                .components()
                .find(|part| matches!(part, Component::Normal(_)))
                .is_some_and(|first| self.dir.symlink_metadata(first).is_ok_and(|metadata| metadata.is_dir()))
    }

    /// The names in a folder that begin with `start`, sorted, folders with `/` behind them; at most `most`, and
    /// whether that are all. Hidden ones only where `start` asks for them; no link is followed.
    pub fn list(&self, folder: &str, start: &str, most: usize) -> (Vec<String>, bool) {
        let entries = || {
            let Some(inside) = (if folder.is_empty() { Some(Path::new("")) } else { self.inside_or_root(folder) })
            else {
                return Ok(None);
            };
            let mut dir = self.dir.try_clone()?;
            for part in inside.components() {
                if let Component::Normal(name) = part {
                    dir = dir.open_dir_nofollow(name)?;
                }
            }
            dir.entries().map(Some)
        };
        let Ok(Some(entries)) = entries() else { return (Vec::new(), true) };
        let mut names: Vec<String> = Vec::new();
        for entry in entries.take(MOST_ENTRIES).flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let Ok(name) = entry.file_name().into_string() else { continue };
            let hidden = name.starts_with('.') && !start.starts_with('.');
            let odd = name.contains(|letter: char| letter.is_control() || letter == '`');
            if hidden || odd || !name.starts_with(start) || !(kind.is_dir() || kind.is_file()) {
                continue;
            }
            names.push(if kind.is_dir() { format!("{name}/") } else { name });
        }
        names.sort();
        let all = names.len() <= most;
        names.truncate(most);
        (names, all)
    }

    fn inside_or_root<'a>(&self, folder: &'a str) -> Option<&'a Path> {
        let is_root = self.names.iter().any(|name| Path::new(folder) == name);
        if is_root { Some(Path::new("")) } else { self.inside(folder) }
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_is_inside_is_found() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("ws");
        std::fs::create_dir_all(root.join("src/deep")).unwrap();
        std::fs::write(root.join("src/a.rs"), "").unwrap();
        std::fs::write(place.path().join("secret.txt"), "").unwrap();
        symlink("src/a.rs", root.join("link.rs")).unwrap();
        symlink("../secret.txt", root.join("out.txt")).unwrap();
        symlink("..", root.join("up")).unwrap();
        let alias = place.path().join("alias");
        symlink(&root, &alias).unwrap();
        let tree = Tree::open(&alias, &root).unwrap();
        let absolute = format!("{}/src/a.rs", root.display());
        let by_alias = format!("{}/src/a.rs", alias.display());
        let outside = format!("{}/secret.txt", place.path().display());
        // (path, found as, gone)
        let cases = [
            ("src/a.rs", Some("src/a.rs"), false),
            ("./src//a.rs", Some("src/a.rs"), false),
            (&absolute, Some("src/a.rs"), false),
            (&by_alias, Some("src/a.rs"), false),
            ("link.rs", Some("link.rs"), false),
            ("src", Some("src"), false),
            ("src/b.rs", None, true),
            ("none/b.rs", None, true),
            ("src/a.rs/b", None, false),
            ("out.txt", None, false),
            ("up/secret.txt", None, false),
            ("../secret.txt", None, false),
            ("src/../../secret.txt", None, false),
            (&outside, None, false),
            ("/etc/passwd", None, false),
            ("a\0b", None, false),
            (".", None, false),
            ("", None, false),
        ];
        for (path, expected, gone) in cases {
            let found = tree.find(path).map(|found| found.path);
            assert_eq!(found, expected.map(|inside| alias.join(inside)), "{path}");
            assert_eq!(tree.is_gone(path), gone, "{path}");
        }
        for (path, expected) in [("src/none.rs", true), ("lib/none.rs", false), ("./src/x", true), ("link.rs/x", false)]
        {
            assert_eq!(tree.starts_here(path), expected, "{path}");
        }
    }

    /// Folder, start, most; names, all.
    type Case<'a> = (&'a str, &'a str, usize, &'a [&'a str], bool);

    #[test]
    fn folders_are_listed_without_following_links() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        std::fs::create_dir_all(root.join("src/deep")).unwrap();
        for name in ["src/a.rs", "src/ab.rs", "src/.hidden", "src/b`.rs", "top.md"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        symlink("src", root.join("linked")).unwrap();
        let tree = Tree::open(root, root).unwrap();
        let absolute = format!("{}/src", root.display());
        let whole = root.display().to_string();
        let cases: [Case; 9] = [
            ("", "", 9, &["src/", "top.md"], true),
            ("src", "", 9, &["a.rs", "ab.rs", "deep/"], true),
            ("src", "a", 1, &["a.rs"], false),
            ("src", ".h", 9, &[".hidden"], true),
            (&absolute, "ab", 9, &["ab.rs"], true),
            (&whole, "t", 9, &["top.md"], true),
            ("linked", "", 9, &[], true),
            ("..", "", 9, &[], true),
            ("src/a.rs", "", 9, &[], true),
        ];
        for (folder, start, most, expected, all) in cases {
            assert_eq!(
                tree.list(folder, start, most),
                (expected.iter().map(|name| (*name).to_owned()).collect(), all),
                "{folder} {start}"
            );
        }
    }
}
