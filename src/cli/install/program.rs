//! The path by which agents run this program: one that an upgrade does not change.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

/// The path on the search path, if that leads to this program, as a link of a package manager does; else the way it was called;
/// else the file itself.
pub fn path() -> anyhow::Result<String> {
    let file = std::env::current_exe().context("cannot tell where this program lies")?;
    let name = format!("session-memory{}", std::env::consts::EXE_SUFFIX);
    let on_path = std::env::var_os("PATH").map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>());
    let called = std::env::args_os().next().map(PathBuf::from).filter(|called| called.components().count() > 1);
    let path = stable(&file, &name, &on_path.unwrap_or_default(), called.as_deref());
    let path = path.into_os_string().into_string();
    path.map_err(|path| anyhow!("{} is not UTF-8, which settings must be; move the program", path.display()))
}

fn stable(file: &Path, name: &str, folders: &[PathBuf], called: Option<&Path>) -> PathBuf {
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let is_this = |path: &PathBuf| std::fs::canonicalize(path).is_ok_and(|path| path == real);
    // What a relative folder holds depends on where the agent runs.
    let found = folders.iter().filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(is_this);
    let called = || called.and_then(|called| std::path::absolute(called).ok()).filter(is_this);
    // A program of another name would not be recognised again.
    let named = |path: &PathBuf| path.file_name().is_some_and(|own| own == name);
    found.or_else(|| called().filter(named)).unwrap_or(real)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_on_the_search_path_is_better_than_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = dir.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            folder
        };
        let (version, bin, other) = (folder("session-memory-1.2.3"), folder("bin"), folder("other"));
        let file = version.join("session-memory");
        std::fs::write(&file, "").unwrap();
        std::fs::write(other.join("session-memory"), "another program").unwrap();
        let link = bin.join("session-memory");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let real = std::fs::canonicalize(&file).unwrap();
        let stable =
            |folders: &[PathBuf], called: Option<&Path>| super::stable(&file, "session-memory", folders, called);
        assert_eq!(stable(&[other.clone(), "bin".into(), bin], None), link);
        assert_eq!(stable(&[other], Some(&link)), link);
        assert_eq!(stable(&[], None), real);
        let odd = dir.path().join("odd-name");
        std::os::unix::fs::symlink(&file, &odd).unwrap();
        assert_eq!(stable(&[], Some(&odd)), real);
    }
}
