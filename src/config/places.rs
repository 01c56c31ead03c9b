//! Where the config file lies and where states and logs are kept.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

fn strategy() -> Option<impl AppStrategy> {
    let app = AppStrategyArgs {
        top_level_domain: "dev".into(),
        author: "session-memory".into(),
        app_name: "session-memory".into(),
    };
    choose_app_strategy(app).ok()
}

/// `SESSION_MEMORY_CONFIG`, or `config.toml` in the user's config directory.
pub fn config_file() -> Option<PathBuf> {
    std::env::var_os("SESSION_MEMORY_CONFIG")
        .map(PathBuf::from)
        .or_else(|| Some(strategy()?.config_dir().join("config.toml")))
}

/// `SESSION_MEMORY_STATE_DIR`, or the program's folder in the user's state directory.
pub fn state_dir() -> Option<PathBuf> {
    std::env::var_os("SESSION_MEMORY_STATE_DIR").map(PathBuf::from).or_else(|| {
        let strategy = strategy()?;
        Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
    })
}

/// The folder that holds the store of one workspace: its name, readable, and a hash of its whole path.
pub fn workspace_state_dir(state: &Path, workspace: &Path) -> PathBuf {
    let name = crate::host::memory_file::session_folder(&format!("workspace {}", workspace.display()));
    state.join("workspaces").join(name)
}
