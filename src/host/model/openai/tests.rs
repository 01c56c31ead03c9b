//! Bodies of requests, and what is learned from refusals.

use super::*;
use crate::engine::prompt::{AgentContext, By, Purpose, Said};
use crate::host::model::Provider;

fn written(context: Context, model: &str, settings: &ModelSettings, dialect: Dialect, at_vendor: bool) -> Value {
    let messages = vec![Said { by: By::User, text: "Write the memory.".into() }];
    let prompt = Prompt { purpose: Purpose::Update, context, messages, max_output_tokens: 4000 };
    serde_json::from_str(&body(&prompt, model, settings, dialect, at_vendor).unwrap()).unwrap()
}

#[test]
fn instructions() {
    let context = || Context::Instructions("Be exact.".into());
    let settings = ModelSettings::new(Provider::OpenAi);
    let messages = json!([
        {"role": "system", "content": "Be exact."},
        {"role": "user", "content": "Write the memory."},
    ]);
    let plain = Dialect::default();
    assert_eq!(
        written(context(), "qwen3", &settings, plain, false),
        json!({"model": "qwen3", "messages": messages, "max_completion_tokens": 4000, "stream": true,
               "stream_options": {"include_usage": true}})
    );
    assert_eq!(
        written(context(), "gpt-6-luna", &settings, plain, true),
        json!({"model": "gpt-6-luna", "messages": messages, "max_completion_tokens": 12192, "stream": true,
               "stream_options": {"include_usage": true}, "store": false})
    );
    assert_eq!(
        written(context(), "m", &settings, Dialect { old_limit: true, no_usage: true }, false),
        json!({"model": "m", "messages": messages, "max_tokens": 4000, "stream": true})
    );
    let set = ModelSettings { thinking_budget: Some(5000), max_output_tokens: Some(100), ..settings };
    let body = written(context(), "gpt-6-luna", &set, plain, true);
    assert_eq!((&body["reasoning_effort"], &body["max_completion_tokens"]), (&json!("medium"), &json!(5100)));
}

#[test]
fn an_agents_beginning_goes_byte_for_byte() {
    let agent = AgentContext {
        system: None,
        tools: Some(r#"[{"type":"function","function":{"name":"t","parameters":{"maximum":1e400}}}]"#.into()),
        thinking: Some(r#"{"type":"adaptive"}"#.into()),
        messages: vec![r#"{"role":"developer", "content":"d"}"#.into(), r#"{"content":"\u00e9","role":"user"}"#.into()],
    };
    let messages = vec![Said { by: By::User, text: "q".into() }];
    let (context, purpose) = (Context::Agent(agent), Purpose::Create);
    let prompt = Prompt { purpose, context, messages, max_output_tokens: 9 };
    let text = body(&prompt, "m", &ModelSettings::new(Provider::OpenAi), Dialect::default(), false).unwrap();
    let start = concat!(
        r#"{"model":"m","messages":[{"role":"developer", "content":"d"},{"content":"\u00e9","role":"user"},"#,
        r#"{"role":"user","content":"q"}],"tools":[{"type":"function","function":{"name":"t","parameters":{"maximum":1e400}}}],"max"#
    );
    assert!(text.starts_with(start), "{text}");
    assert!(!text.contains("thinking") && !text.contains("tool_choice"), "{text}");
}

#[test]
fn refusals_teach_a_dialect() {
    let new = Dialect::default();
    let old_limit = Dialect { old_limit: true, ..new };
    let no_usage = Dialect { no_usage: true, ..new };
    let neither = Dialect { old_limit: true, no_usage: true };
    let check = |dialect: Dialect, status, body, expected| assert_eq!(dialect.after(status, body), expected, "{body}");
    check(new, 400, "Unrecognized request argument supplied: max_completion_tokens", Some(old_limit));
    check(new, 422, r#"{"detail":[{"loc":["body","max_completion_tokens"],"msg":"Extra inputs"}]}"#, Some(old_limit));
    check(new, 400, "unknown field `stream_options`", Some(no_usage));
    check(old_limit, 400, "unknown field `stream_options`", Some(neither));
    check(no_usage, 400, "no max_completion_tokens here", Some(neither));
    check(old_limit, 400, "no max_completion_tokens here", None);
    check(neither, 400, "neither max_completion_tokens nor stream_options", None);
    check(new, 400, "max_completion_tokens is too large: 9. This model supports at most 4", None);
    check(new, 400, "another reason", None);
    check(new, 401, "max_completion_tokens", None);
    check(new, 500, "stream_options", None);
}

#[test]
fn who_reasons_unasked() {
    let check = |model, expected| assert_eq!(reasons(model), expected, "{model}");
    for model in ["gpt-6-luna", "gpt-5", "gpt-5.1-mini", "openai/gpt-5", "o3", "o4-mini"] {
        check(model, true);
    }
    for model in ["gpt-4o", "gpt-4.1", "gpt-oss:20b", "olmo-2", "qwen3", "o", ""] {
        check(model, false);
    }
}
