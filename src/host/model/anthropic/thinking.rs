//! Thinking before the answer. It counts toward `max_tokens`, so an answer needs room for it; and each generation of models
//! takes other values of the field and refuses the rest.
//!
//! Sources: the vendor's pages on adaptive and extended thinking, November 2026.

use serde_json::{Value, json};

/// Room for thinking whose length the model decides, in tokens.
const ROOM: u32 = 8192;
/// Smallest budget that the API takes.
const LEAST_BUDGET: u32 = 1024;

/// What a request says about thinking.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Thinking {
    /// The field `thinking`, as JSON.
    pub field: Option<String>,
    /// `output_config.effort`.
    pub effort: Option<&'static str>,
    /// What thinking may take, in tokens, on top of the answer.
    pub room: u32,
}

/// When a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Always; the field may only say `adaptive`.
    Always,
    /// Unless the field says `disabled`; it decides how much itself.
    UnlessDisabled,
    /// If the field says `adaptive`.
    IfAdaptive,
    /// If the field gives a budget: models up to 4.5, and those that we do not know.
    IfBudget,
}

impl Thinking {
    /// For a request of our own: none, unless the user wants it.
    pub(super) fn ours(model: &str, budget: Option<u32>) -> Thinking {
        let habit = habit(model);
        let Some(budget) = budget.filter(|budget| *budget > 0) else {
            let disabled = (habit == Habit::UnlessDisabled).then(|| json!({"type": "disabled"}).to_string());
            let room = if habit == Habit::Always { ROOM } else { 0 };
            return Thinking { field: disabled, effort: None, room };
        };
        if habit == Habit::IfBudget {
            let budget = budget.max(LEAST_BUDGET);
            let field = json!({"type": "enabled", "budget_tokens": budget}).to_string();
            return Thinking { field: Some(field), effort: None, room: budget };
        }
        let field = Some(json!({"type": "adaptive"}).to_string());
        Thinking { field, effort: Some(effort(budget)), room: budget }
    }

    /// For a request that goes on from the agent's: as the agent had it, since another value loses the cache.
    pub(super) fn of_agent(model: &str, field: Option<&str>) -> Thinking {
        let value: Option<Value> = field.and_then(|field| serde_json::from_str(field).ok());
        let kind = value.as_ref().and_then(|value| value.get("type")?.as_str());
        let room = match kind {
            Some("disabled") => 0,
            Some("enabled") => {
                let budget = value.as_ref().and_then(|value| value.get("budget_tokens")?.as_u64());
                budget.and_then(|budget| u32::try_from(budget).ok()).unwrap_or(ROOM)
            }
            Some(_) => ROOM,
            None if matches!(habit(model), Habit::Always | Habit::UnlessDisabled) => ROOM,
            None => 0,
        };
        Thinking { field: field.map(str::to_owned), effort: None, room }
    }
}

/// How hard to think, for models that take no budget; OpenAI's words are the same.
pub(in crate::host::model) fn effort(budget: u32) -> &'static str {
    match budget {
        0..4096 => "low",
        4096..16384 => "medium",
        _ => "high",
    }
}

/// Told from the name: `claude-haiku-5-5`, `claude-3-5-haiku-20241022`, `anthropic/claude-opus-4.6`.
fn habit(model: &str) -> Habit {
    let Some((_, name)) = model.rsplit_once("claude-") else { return Habit::IfBudget };
    let mut words = name.split(['-', '.', '@', ':', '_']).skip_while(|word| word.parse::<u32>().is_err());
    // A number of many digits is a date.
    let mut version = || words.next().and_then(|word| word.parse::<u32>().ok()).filter(|number| *number < 100);
    match (version(), version().unwrap_or(0)) {
        _ if name.starts_with("fable") || name.starts_with("mythos") => Habit::Always,
        (Some(5..), _) => Habit::UnlessDisabled,
        (Some(4), 6..) => Habit::IfAdaptive,
        _ => Habit::IfBudget,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits() {
        let check = |model, expected| assert_eq!(habit(model), expected, "{model}");
        check("claude-haiku-5-5", Habit::UnlessDisabled);
        check("claude-haiku-5-5-20261007", Habit::UnlessDisabled);
        check("anthropic/claude-sonnet-5.5", Habit::UnlessDisabled);
        check("us.anthropic.claude-opus-5-v1:0", Habit::UnlessDisabled);
        check("claude-fable-5-1", Habit::Always);
        check("claude-mythos-preview", Habit::Always);
        check("claude-opus-4-6", Habit::IfAdaptive);
        check("claude-opus-4.7", Habit::IfAdaptive);
        check("claude-haiku-4-5", Habit::IfBudget);
        check("claude-haiku-4-5-20251001", Habit::IfBudget);
        check("claude-sonnet-4-20250514", Habit::IfBudget);
        check("claude-3-5-haiku-20241022", Habit::IfBudget);
        check("claude-3-opus-latest", Habit::IfBudget);
        check("claude-", Habit::IfBudget);
        check("local", Habit::IfBudget);
    }

    #[test]
    fn requests_of_ours() {
        let check = |model, budget, field: Option<&str>, effort, room| {
            let expected = Thinking { field: field.map(str::to_owned), effort, room };
            assert_eq!(Thinking::ours(model, budget), expected, "{model} {budget:?}");
        };
        let adaptive = Some(r#"{"type":"adaptive"}"#);
        check("claude-haiku-5-5", None, Some(r#"{"type":"disabled"}"#), None, 0);
        check("claude-haiku-5-5", Some(0), Some(r#"{"type":"disabled"}"#), None, 0);
        check("claude-haiku-5-5", Some(2000), adaptive, Some("low"), 2000);
        check("claude-haiku-5-5", Some(u32::MAX), adaptive, Some("high"), u32::MAX);
        check("claude-opus-4-6", None, None, None, 0);
        check("claude-opus-4-6", Some(5000), adaptive, Some("medium"), 5000);
        check("claude-fable-5", None, None, None, ROOM);
        check("claude-haiku-4-5", None, None, None, 0);
        check("claude-haiku-4-5", Some(1), Some(r#"{"type":"enabled","budget_tokens":1024}"#), None, 1024);
        check("local", None, None, None, 0);
    }

    #[test]
    fn requests_after_an_agents() {
        let check = |model, field: Option<&str>, room| {
            let expected = Thinking { field: field.map(str::to_owned), effort: None, room };
            assert_eq!(Thinking::of_agent(model, field), expected);
        };
        check("claude-opus-4-5", Some(r#"{"type": "enabled", "budget_tokens": 31999}"#), 31999);
        check("claude-opus-5", Some(r#"{"type":"adaptive","display":"omitted"}"#), ROOM);
        check("claude-opus-5", Some(r#"{"type":"disabled"}"#), 0);
        check("claude-opus-5", None, ROOM);
        check("claude-opus-4-6", None, 0);
    }
}
