//! Effects that touch the world, one file each.

pub mod agent_settings;
pub mod codex;
pub mod discover;
pub mod feeding;
pub mod follow;
pub mod memory_file;
pub mod model;
pub mod pokes;
pub mod process;
pub mod store;
pub mod tree;
pub mod views;
pub mod watch;

use std::path::Path;

/// Creates a folder that only its owner can enter, with all that is missing above it.
pub fn private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
