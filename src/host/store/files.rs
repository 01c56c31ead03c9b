//! The files of a store and the connection to them: made private whatever the umask, opened so that two
//! processes can start on a new folder at the same moment.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Answer, StoreError};

/// The database's name in its folder.
const NAME: &str = "store.db";
/// What `SQLite` keeps next to it: the write-ahead log and its index.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];
/// Page cache of one connection, in KiB; the system's own cache holds the rest.
const CACHE_KIB: i64 = 2048;
/// Size to which the write-ahead log is cut back after an import has made it large, in bytes.
const WAL_BYTES: i64 = 8 << 20;
/// Pages in the write-ahead log before a commit copies them into the database, which takes milliseconds: seldom
/// enough to be none of a hundred appends.
const CHECKPOINT_PAGES: i64 = 2000;
/// Prepared statements kept by a connection; more than there are in this module.
const STATEMENTS: usize = 64;

/// Makes the folder and an empty database file where they are missing; answers the file's path.
///
/// `SQLite` gives the files it makes next to the database the database's own permissions, so its are enough.
pub(super) fn prepare(dir: &Path) -> Result<PathBuf, StoreError> {
    make_folder(dir).map_err(|e| StoreError::from_io(dir, e))?;
    let path = dir.join(NAME);
    make_file(&path).map_err(|e| StoreError::from_io(&path, e))?;
    Ok(path)
}

/// Whether the folder has a database.
pub(super) fn is_there(dir: &Path) -> bool {
    dir.join(NAME).is_file()
}

/// Makes `dir` and its parents, each closed to other users before the next one is made in it.
fn make_folder(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match fs::create_dir(dir) {
        // Another process was faster; the permissions are its business.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        done => done.and_then(|()| restrict(dir, 0o700)),
    }
}

fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => restrict(path, 0o600),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => restrict(path, 0o600),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path)?.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// On other systems the user's state folder is private by inheritance.
#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Renames a damaged database and its companions, so that the next [`Store::open`](super::Store::open) makes a
/// new one. Answers the new name; nothing is deleted.
///
/// # Errors
/// [`StoreError::ReadOnly`] and [`StoreError::Io`], also where there is no database.
pub fn set_aside(dir: &Path) -> Result<PathBuf, StoreError> {
    let path = dir.join(NAME);
    let aside = (1..1000).map(|n| dir.join(format!("{NAME}.damaged-{n}"))).find(|aside| !aside.exists());
    let aside = aside.unwrap_or_else(|| dir.join(format!("{NAME}.damaged")));
    fs::rename(&path, &aside).map_err(|e| StoreError::from_io(&path, e))?;
    for companion in COMPANIONS {
        let from = with_suffix(&path, companion);
        match fs::rename(&from, with_suffix(&aside, companion)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreError::from_io(&from, error)),
            _ => {}
        }
    }
    Ok(aside)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Connects to the database file and sets the connection up.
pub(super) fn connect(path: &Path, patience: Duration) -> Answer<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    let mut since = Instant::now();
    connection.busy_handler(Some(move |attempt: i32| {
        if attempt == 0 {
            since = Instant::now();
        }
        sleep(pause(attempt));
        since.elapsed() < patience
    }))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    use_wal(&connection, patience)?;
    // These answer the new value, which `pragma_update` would take for an error.
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    Ok(connection)
}

/// How long to sleep before the lock is asked for again. `SQLite`'s own handler sleeps up to 100 ms, far longer
/// than any transaction here takes.
fn pause(attempt: i32) -> Duration {
    match attempt {
        0..20 => Duration::from_micros(100),
        20..100 => Duration::from_millis(1),
        _ => Duration::from_millis(5),
    }
}

/// Turns the write-ahead log on, once in a database's life. `SQLite` does not call the busy handler here.
fn use_wal(connection: &Connection, patience: Duration) -> Answer<()> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let start = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && start.elapsed() < patience => {
                sleep(Duration::from_millis(2));
            }
            done => return done,
        }
    }
}
