//! Links, pipes, hard links and foreign files where the memory belongs: refused by kind, nothing outside
//! touched, nothing left behind.

use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use super::*;

/// A workspace and, beside it, a folder that must stay as it is.
struct Scene {
    base: tempfile::TempDir,
}

impl Scene {
    fn new() -> Scene {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir_all(base.path().join("workspace/elsewhere/s1")).unwrap();
        fs::create_dir_all(base.path().join("outside/s1")).unwrap();
        for canary in ["outside/canary", "outside/s1/session-memory.md"] {
            fs::write(base.path().join(canary), "canary").unwrap();
        }
        Scene { base }
    }

    fn outside(&self, path: &str) -> PathBuf {
        self.base.path().join("outside").join(path)
    }

    fn inside(&self, path: &str) -> PathBuf {
        self.base.path().join("workspace").join(path)
    }

    fn file(&self) -> MemoryFile {
        memory_file(&self.inside(""))
    }

    /// Everything below `base`, with what it holds, links as links.
    fn snapshot(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.base.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for name in names(&folder) {
                let path = folder.join(name);
                let meta = fs::symlink_metadata(&path).unwrap();
                let text = if meta.is_file() { fs::read_to_string(&path).unwrap() } else { String::new() };
                if meta.is_dir() {
                    folders.push(path.clone());
                }
                found.push((path, format!("{:?} {:o} {text}", meta.file_type(), meta.permissions().mode())));
            }
        }
        found.sort();
        found
    }
}

/// Sets a trap, and expects every operation to refuse it and to change nothing.
#[track_caller]
fn check(expected: &str, at: &str, trap: impl Fn(&Scene)) {
    let scene = Scene::new();
    fs::create_dir_all(scene.inside(at).parent().unwrap()).unwrap();
    trap(&scene);
    let before = scene.snapshot();
    let file = scene.file();
    for result in [file.read().map(drop), file.write("text"), file.remove()] {
        let error = result.unwrap_err();
        assert_eq!(error.path(), Some(scene.inside(at).as_path()));
        assert!(error.to_string().contains(&scene.inside(at).display().to_string()), "{error}");
        assert_eq!(kind(Err::<(), _>(error)), expected);
        assert_eq!(scene.snapshot(), before);
    }
}

const TOP: &str = ".session-memory";
const SESSION_FOLDER: &str = ".session-memory/s1";
const TEMP: &str = ".session-memory.md.tmp-0123456789abcdef";
const FILE: &str = ".session-memory/s1/session-memory.md";

#[test]
fn links_are_refused_at_every_level() {
    for at in [TOP, SESSION_FOLDER, FILE] {
        let link = |target: PathBuf| move |scene: &Scene| symlink(&target, scene.inside(at)).unwrap();
        check("Link", at, |scene| symlink(scene.outside(""), scene.inside(at)).unwrap());
        check("Link", at, |scene| symlink(scene.outside("s1"), scene.inside(at)).unwrap());
        check("Link", at, |scene| symlink(scene.outside("canary"), scene.inside(at)).unwrap());
        check("Link", at, |scene| symlink(scene.inside(at), scene.inside(at)).unwrap());
        check("Link", at, link("nowhere".into()));
        // Inside the workspace as well: the folder of a session is nobody else's.
        let levels = Path::new(at).components().count() - 1;
        check("Link", at, link(Path::new(&"../".repeat(levels)).join("elsewhere")));
        check("Link", at, link("../outside".into()));
        check("Link", at, link("/dev/zero".into()));
    }
}

#[test]
fn what_is_not_a_file_is_refused_without_waiting() {
    check("NotAFile", FILE, |scene| fs::create_dir(scene.inside(FILE)).unwrap());
    check("NotAFile", FILE, |scene| fifo(&scene.inside(FILE)));
    check("NotAFile", FILE, |scene| drop(UnixListener::bind(scene.inside(FILE)).unwrap()));
    for at in [TOP, SESSION_FOLDER] {
        check("NotAFolder", at, |scene| fs::write(scene.inside(at), "a file").unwrap());
        check("NotAFolder", at, |scene| fifo(&scene.inside(at)));
    }
}

#[test]
fn a_hard_link_to_a_file_outside_is_refused() {
    check("HardLinks", FILE, |scene| {
        fs::hard_link(scene.outside("canary"), scene.inside(FILE)).unwrap();
    });
}

#[test]
fn a_file_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can make a file of another user");
        return;
    }
    check("ForeignOwner", FILE, |scene| {
        fs::write(scene.inside(FILE), "planted").unwrap();
        chown(scene.inside(FILE), Some(65534), None).unwrap();
    });
    let scene = Scene::new();
    scene.file().write("text").unwrap();
    let temp = scene.inside(SESSION_FOLDER).join(TEMP);
    fs::write(&temp, "another user's").unwrap();
    chown(&temp, Some(65534), None).unwrap();
    scene.file().remove().unwrap();
    assert_eq!(names(scene.inside(SESSION_FOLDER)), [TEMP]);
}

#[test]
fn a_link_as_gitignore_is_left_alone() {
    let scene = Scene::new();
    fs::create_dir(scene.inside(TOP)).unwrap();
    let gitignore = scene.inside(TOP).join(".gitignore");
    symlink(scene.outside("new"), &gitignore).unwrap();
    scene.file().write("text").unwrap();
    scene.file().remove().unwrap();
    assert!(gitignore.is_symlink());
    assert_eq!(names(scene.outside("")), ["canary", "s1"]);
}

#[test]
fn a_stale_temporary_file_that_is_a_link_is_not_followed() {
    let scene = Scene::new();
    scene.file().write("text").unwrap();
    let trap = scene.inside(SESSION_FOLDER).join(TEMP);
    symlink(scene.outside("canary"), &trap).unwrap();
    scene.file().remove().unwrap();
    assert!(trap.is_symlink());
    assert_eq!(fs::read_to_string(scene.outside("canary")).unwrap(), "canary");
}

#[test]
fn the_workspace_itself_may_be_a_link() {
    let scene = Scene::new();
    let link = scene.base.path().join("link");
    symlink(scene.inside(""), &link).unwrap();
    let file = memory_file(&link);
    file.write("text").unwrap();
    assert_eq!(file.read().unwrap().as_deref(), Some("text"));
    assert_eq!(file.path(), link.join(FILE));
    assert_eq!(fs::read_to_string(scene.inside(FILE)).unwrap(), "text");
    file.remove().unwrap();
    assert_eq!(names(scene.inside("")), ["elsewhere"]);
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
