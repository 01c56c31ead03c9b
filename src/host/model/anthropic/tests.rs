//! Bodies of requests.

use super::*;
use crate::engine::prompt::{AgentContext, By, Purpose, Said};
use crate::host::model::Provider;

fn prompt(context: Context) -> Prompt {
    let messages = vec![Said { by: By::User, text: "Write the memory.".into() }];
    Prompt { purpose: Purpose::Update, context, messages, max_output_tokens: 4000 }
}

fn settings() -> ModelSettings {
    ModelSettings::new(Provider::Anthropic)
}

fn written(context: Context, model: &str, settings: &ModelSettings) -> Value {
    serde_json::from_str(&body(&prompt(context), model, settings).unwrap()).unwrap()
}

#[test]
fn instructions() {
    let context = Context::Instructions("Be exact.".into());
    let expected = json!({
        "model": "claude-haiku-5-5",
        "max_tokens": 4000,
        "stream": true,
        "thinking": {"type": "disabled"},
        "system": [{"type": "text", "text": "Be exact.", "cache_control": {"type": "ephemeral", "ttl": "5m"}}],
        "messages": [{"role": "user", "content": "Write the memory."}],
    });
    assert_eq!(written(context.clone(), "claude-haiku-5-5", &settings()), expected);

    let mut older = expected.clone();
    older["model"] = "claude-haiku-4-5".into();
    older["max_tokens"] = 1000.into();
    older["system"][0]["cache_control"]["ttl"] = "1h".into();
    older.as_object_mut().unwrap().shift_remove("thinking");
    let set = ModelSettings { cache_ttl: Ttl::OneHour, max_output_tokens: Some(1000), ..settings() };
    assert_eq!(written(context.clone(), "claude-haiku-4-5", &set), older);

    let mut thinking = expected;
    thinking["thinking"] = json!({"type": "adaptive"});
    thinking["output_config"] = json!({"effort": "low"});
    thinking["max_tokens"] = 6000.into();
    let set = ModelSettings { thinking_budget: Some(2000), ..settings() };
    assert_eq!(written(context, "claude-haiku-5-5", &set), thinking);

    assert_eq!(written(Context::Instructions(" ".into()), "m", &settings()).get("system"), None);
}

#[test]
fn an_agents_beginning_goes_byte_for_byte() {
    let agent = AgentContext {
        system: Some(r#"[ {"text":"You are \u00e9", "type":"text"} ]"#.into()),
        tools: Some(r#"[{"name":"t","input_schema":{"cache_control":1,"maximum":1e400}}]"#.into()),
        thinking: Some(r#"{"type":"adaptive"}"#.into()),
        messages: vec![
            r#"{"role":"user", "content":[{"type":"text","text":"a"}]}"#.into(),
            r#"{"content":[{"type":"tool_use","id":"c","name":"t","input":{"n":12345678901234567890123}}],"role":"assistant"}"#.into(),
            r#"{"role":"user","content":"b\/c"}"#.into(),
        ],
    };
    let text = body(&prompt(Context::Agent(agent.clone())), "claude-opus-5", &settings()).unwrap();
    for part in agent.messages[..2].iter().chain(&agent.system).chain(&agent.tools).chain(&agent.thinking) {
        assert!(text.contains(part.as_str()), "{part} is not in {text}");
    }
    let end = concat!(
        r#"{"role":"user","content":[{"type":"text","text":"b\/c","cache_control":{"type":"ephemeral","ttl":"5m"}}]},"#,
        r#"{"role":"user","content":"Write the memory."}]}"#
    );
    assert!(text.ends_with(end), "{text}");
    assert!(text.starts_with(r#"{"model":"claude-opus-5","max_tokens":12192,"stream":true,"thinking":{"#), "{text}");
    assert!(!text.contains("tool_choice"), "{text}");
}

#[test]
fn what_is_no_json_is_not_sent() {
    let broken = AgentContext { messages: vec!["{\"role\":".into()], ..AgentContext::default() };
    let failure = body(&prompt(Context::Agent(broken)), "m", &settings()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Rejected);
    assert!(failure.message.starts_with("nothing was sent"));
}
