//! What is left for the user to do after installing, and what in the agent's settings keeps hooks from running.

use jsonc_parser::ast::Value;

use super::document::{Document, Syntax};
use super::registrations::GEMINI_NAME;
use crate::agents::Agent;

/// What the user must still do.
pub fn next_step(agent: Agent) -> &'static str {
    match agent {
        Agent::ClaudeCode => "Claude Code runs them in new sessions; /hooks lists them.",
        Agent::Codex => "Open `codex` in a terminal once, enter /hooks and trust them; until then Codex skips them.",
        Agent::Copilot => {
            "Hooks are a preview in Visual Studio Code: `chat.useHooks` must be on and the folder trusted; the output channel \"GitHub Copilot Chat Hooks\" shows them."
        }
        Agent::Gemini => "Gemini CLI runs them in new sessions; /hooks panel lists them.",
        Agent::Cursor => "Cursor > Settings > Hooks lists them; restart Cursor where it does not.",
        Agent::Cline => "Turn on hooks in Cline: Settings > Features > Hooks.",
    }
}

/// The switch by which a settings file turns our hooks off.
pub fn switched_off(agent: Agent, text: &str) -> Option<&'static str> {
    let body = super::split_bom(text).1;
    let document = Document::parse(body, Syntax::CommentsAndCommas).ok()?;
    let is = |path: &[&str], wanted: bool| {
        let found = super::entries::at(&document, path);
        matches!(found, Some(Value::BooleanLit(literal)) if literal.value == wanted)
    };
    let lists = |path: &[&str], wanted: &str| {
        let found = super::entries::at(&document, path).and_then(|list| list.as_array());
        found.is_some_and(|list| {
            list.elements.iter().any(|one| one.as_string_lit().is_some_and(|one| one.value == wanted))
        })
    };
    match agent {
        Agent::ClaudeCode | Agent::Copilot => is(&["disableAllHooks"], true).then_some("disableAllHooks"),
        Agent::Gemini if is(&["hooksConfig", "enabled"], false) => Some("hooksConfig.enabled"),
        Agent::Gemini if lists(&["hooksConfig", "disabled"], GEMINI_NAME) => Some("hooksConfig.disabled"),
        Agent::Gemini => is(&["tools", "enableHooks"], false).then_some("tools.enableHooks"),
        _ => None,
    }
}

/// Whether our plugin is on besides: then Claude Code runs every hook twice.
pub fn has_plugin(text: &str) -> bool {
    let body = super::split_bom(text).1;
    let Ok(document) = Document::parse(body, Syntax::Json) else { return false };
    let plugins = super::entries::at(&document, &["enabledPlugins"]).and_then(|plugins| plugins.as_object());
    let is_ours = |name: &str| name.split('@').next() == Some("session-memory");
    let is_on = |value: &Value<'_>| matches!(value, Value::BooleanLit(literal) if literal.value);
    plugins.is_some_and(|plugins| plugins.properties.iter().any(|one| is_ours(one.name.as_str()) && is_on(&one.value)))
}

/// The switch in the configuration of Codex, which lies beside its hooks.
pub fn switched_off_in_codex(config: &str) -> Option<&'static str> {
    let config: toml::Table = config.parse().ok()?;
    let hooks = config.get("features")?.get("hooks")?.as_bool()?;
    (!hooks).then_some("[features] hooks")
}
