//! The shape of the source itself: a file has one purpose, and one that grows past the limit has several.

use std::path::Path;

use crate::harness::files_under;

/// Lines of a file at most.
const LONGEST: usize = 300;

#[test]
fn no_file_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = ["src", "tests", "benches"].iter().flat_map(|part| files_under(&root.join(part))).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    assert!(files.len() > 100, "{} files are not all there are", files.len());
    let too_long: Vec<String> = files
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{}: {lines} lines", path.strip_prefix(root).unwrap().display()))
        .collect();
    assert!(too_long.is_empty(), "split these by purpose: {too_long:#?}");
}
