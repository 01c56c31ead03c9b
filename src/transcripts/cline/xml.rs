//! Calls that a model without tools of its own writes as XML into its answer.

use serde_json::{Map, Value};

use crate::transcripts::said::first_element;

/// The tools that Cline and Roo Code offer in this way.
const TOOLS: [&str; 24] = [
    "execute_command",
    "read_file",
    "write_to_file",
    "replace_in_file",
    "apply_diff",
    "insert_content",
    "search_and_replace",
    "search_files",
    "list_files",
    "list_code_definition_names",
    "browser_action",
    "codebase_search",
    "use_mcp_tool",
    "access_mcp_resource",
    "ask_followup_question",
    "attempt_completion",
    "new_task",
    "plan_mode_respond",
    "switch_mode",
    "fetch_instructions",
    "load_mcp_documentation",
    "update_todo_list",
    "web_fetch",
    "condense",
];

/// A call and what stands before it.
pub(super) struct Call<'t> {
    pub(super) before: &'t str,
    pub(super) name: &'t str,
    pub(super) input: Value,
}

/// The call that a text holds; there is at most one.
pub(super) fn call(text: &str) -> Option<Call<'_>> {
    let at = text.match_indices('<').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        TOOLS.iter().any(|tool| rest.strip_prefix(tool).is_some_and(|rest| rest.starts_with('>')))
    })?;
    let (before, element) = text.split_at(at);
    let (name, inner, _) = first_element(element)?;
    let mut input = Map::new();
    let mut rest = inner.trim();
    while let Some((name, inner, after)) = first_element(rest) {
        input.insert(name.to_owned(), Value::from(inner.trim_matches('\n')));
        rest = after.trim_start();
    }
    if input.is_empty() && !rest.is_empty() {
        input.insert("input".to_owned(), Value::from(rest));
    }
    Some(Call { before: before.trim(), name, input: Value::Object(input) })
}
