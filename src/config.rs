//! Settings from the user's config file, the environment and the editor, merged in that order; every key that is
//! not accepted is reported with where it stood.
//!
//! A workspace has no say: no file in it is read here, and what an editor sends may have been written by one, so
//! the settings that guard the user (`redact`) are accepted from user level only.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

mod model;
mod places;
#[cfg(test)]
mod tests;

pub use model::{Author, ModelConfig};
pub use places::{config_file, state_dir, workspace_state_dir};

use crate::engine::settings::Settings;
use crate::host::memory_file::{DEFAULT_TEMPLATE, MemoryFile};

/// Prefix of environment variables: `SESSION_MEMORY_INIT_TOKENS` is `initTokens`.
const ENV_PREFIX: &str = "SESSION_MEMORY_";

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What the engine obeys.
    pub engine: Settings,
    /// Secrets are removed before anything is stored.
    pub redact: bool,
    /// Where the memory file lies in its workspace.
    pub memory_file: String,
    /// Who writes the prose of the memory.
    pub model: ModelConfig,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            engine: Settings::default(),
            redact: true,
            memory_file: DEFAULT_TEMPLATE.to_owned(),
            model: ModelConfig::default(),
        }
    }
}

/// Where a setting comes from, most trusted first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The user's config file.
    File(PathBuf),
    /// The environment.
    Environment,
    /// The editor's own settings of the user, which no workspace can change.
    User,
    /// The editor (its workspace may have a hand in it).
    Editor,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::File(path) => write!(f, "{}", path.display()),
            Source::Environment => f.write_str("the environment"),
            Source::User => f.write_str("the editor's user settings"),
            Source::Editor => f.write_str("the editor's settings"),
        }
    }
}

impl Config {
    /// The config file and the environment over the defaults, and what was wrong with them.
    pub fn load() -> (Config, Vec<String>) {
        let mut config = Config::default();
        let mut problems = Vec::new();
        if let Some(path) = config_file() {
            match std::fs::read_to_string(&path) {
                Ok(text) => match toml::from_str::<Map<String, Value>>(&text) {
                    Ok(values) => problems.extend(config.merge(&Value::Object(values), &Source::File(path))),
                    Err(error) => problems.push(format!("{}: {error}: the whole file is ignored", path.display())),
                },
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => problems.push(format!("{}: {error}: the file is ignored", path.display())),
            }
        }
        problems.extend(config.merge(&Value::Object(environment(std::env::vars())), &Source::Environment));
        (config, problems)
    }

    /// Takes over the accepted keys; returns a sentence for each that is not.
    pub fn merge(&mut self, values: &Value, source: &Source) -> Vec<String> {
        let Some(values) = values.as_object() else {
            return if values.is_null() {
                Vec::new()
            } else {
                vec![format!("{source}: the settings must be an object")]
            };
        };
        values
            .iter()
            .filter_map(|(key, value)| self.set(key, value, source).err())
            .map(|error| format!("{source}: {error}"))
            .collect()
    }

    fn set(&mut self, key: &str, value: &Value, source: &Source) -> Result<(), String> {
        let engine = &mut self.engine;
        match key {
            "initTokens" => engine.init_tokens = number(key, value, 0, 10_000_000)?,
            "updateTokens" => engine.update_tokens = number(key, value, 1, 10_000_000)?,
            "updateToolCalls" => engine.update_tool_calls = small(key, value, 1, 100_000)?,
            "memoryTokens" => engine.memory_tokens = small(key, value, 500, 100_000)?,
            "sectionTokens" => engine.section_tokens = small(key, value, 100, 100_000)?,
            "keepRecentTokens" => engine.keep_recent_tokens = small(key, value, 0, 1_000_000)?,
            "pressureLevels" => engine.pressure_levels = levels(value)?,
            "memoryFile" => {
                let template = value
                    .as_str()
                    .ok_or_else(|| format!("{key} is {value}; a path such as {DEFAULT_TEMPLATE} is accepted"))?;
                MemoryFile::locate(Path::new("/"), template, "check").map_err(|error| error.to_string())?;
                template.clone_into(&mut self.memory_file);
            }
            "redact" if *source == Source::Editor => {
                if value != &Value::Bool(true) {
                    return Err("redact can only be turned off in the user's config file or environment".to_owned());
                }
            }
            "redact" => {
                self.redact =
                    value.as_bool().ok_or_else(|| format!("redact is {value}; true or false are accepted"))?;
            }
            _ if ModelConfig::has(key) && *source == Source::Editor => {
                return Err(format!(
                    "{key} is accepted from the user's own settings only (config file, environment, `user` at initialize), \
                     because a workspace may have written the editor's"
                ));
            }
            _ if ModelConfig::has(key) => {
                self.model.set(key, value)?;
                self.engine.model = self.model.author != Author::Extractive;
            }
            _ => return Err(format!("unknown setting {key:?} is ignored")),
        }
        Ok(())
    }
}

fn number(key: &str, value: &Value, least: u64, most: u64) -> Result<u64, String> {
    value
        .as_u64()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{key} is {value}; a whole number from {least} to {most} is accepted"))
}

fn small(key: &str, value: &Value, least: u32, most: u32) -> Result<u32, String> {
    number(key, value, least.into(), most.into()).map(|number| u32::try_from(number).unwrap_or(most))
}

fn levels(value: &Value) -> Result<[f64; 3], String> {
    let numbers: Vec<f64> =
        value.as_array().map(|values| values.iter().filter_map(Value::as_f64).collect()).unwrap_or_default();
    match <[f64; 3]>::try_from(numbers) {
        Ok(levels) if levels[0] > 0.0 && levels[0] < levels[1] && levels[1] < levels[2] && levels[2] <= 1.0 => {
            Ok(levels)
        }
        _ => Err(format!("pressureLevels is {value}; three rising shares such as [0.7, 0.85, 0.95] are accepted")),
    }
}

/// Variables as settings: numbers, booleans and lists as JSON, anything else as text.
fn environment(variables: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    variables
        .filter_map(|(name, value)| {
            // Directories and keys are not settings.
            let other = |name: &str| matches!(name, "LOG" | "STATE_DIR" | "CONFIG" | "API_KEY" | "BIN" | "ACP");
            let name = name.strip_prefix(ENV_PREFIX).filter(|name| !other(name))?;
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            Some((camel_case(name), value))
        })
        .collect()
}

fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            _ if upper => {
                camel.extend(c.to_uppercase());
                upper = false;
            }
            _ => camel.extend(c.to_lowercase()),
        }
    }
    camel
}
