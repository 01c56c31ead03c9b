//! Where breakpoints stand after ours was set.

use super::*;

/// Each line is a message; `*` stands for a breakpoint of five minutes, `+` for one of an hour.
fn expand(text: &str) -> String {
    text.replace('*', r#","cache_control":{"type":"ephemeral"}"#)
        .replace('+', r#","cache_control":{"type":"ephemeral","ttl":"1h"}"#)
        .replace('@', r#","cache_control":{"type":"ephemeral","ttl":"5m"}"#)
}

#[track_caller]
fn check(ttl: Ttl, before: [&[&str]; 3], after: [&[&str]; 3]) {
    let [tools, system, messages] = before.map(|part| part.iter().map(|text| expand(text)).collect::<Vec<_>>());
    let context =
        AgentContext { tools: tools.first().cloned(), system: system.first().cloned(), thinking: None, messages };
    let agent = Agent::marked(&context, ttl);
    let found = [Vec::from_iter(agent.tools), Vec::from_iter(agent.system), agent.messages];
    assert_eq!(found, after.map(|part| part.iter().map(|text| expand(text)).collect::<Vec<_>>()));
}

const TOOL: &str = r#"[{"name":"t"*}]"#;
const SYSTEM: &str = r#"[{"type":"text","text":"s"*}]"#;

#[test]
fn ours_is_on_the_last_block_that_can_have_one() {
    let one = |before: &str, after: &str| check(Ttl::FiveMinutes, [&[], &[], &[before]], [&[], &[], &[after]]);
    one(r#"{"role":"user","content":"a"}"#, r#"{"role":"user","content":[{"type":"text","text":"a"@}]}"#);
    one(
        r#"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{}}]}"#,
        r#"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{}@}]}"#,
    );
    one(
        r#"{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":""},{"type":"thinking","thinking":"t"}]}"#,
        r#"{"role":"assistant","content":[{"type":"text","text":"a"@},{"type":"text","text":""},{"type":"thinking","thinking":"t"}]}"#,
    );
    one(
        r#"{"content":[{"type":"text","text":"a","cache_control":null}]}"#,
        r#"{"content":[{"type":"text","text":"a"@}]}"#,
    );
    // One that is there is ours, with the agent's own lifetime.
    one(r#"{"content":[{"type":"text","text":"a"+}]}"#, r#"{"content":[{"type":"text","text":"a"+}]}"#);
    for nowhere in
        [r#"{"content":""}"#, r#"{"content":[]}"#, r#"{"role":"user"}"#, "7", "not JSON", r#"{"content":[7,null]}"#]
    {
        one(nowhere, nowhere);
    }
    check(
        Ttl::OneHour,
        [&[], &[], &[r#"{"content":"a"}"#, r#"{"content":" "}"#]],
        [&[], &[], &[r#"{"content":[{"type":"text","text":"a"+}]}"#, r#"{"content":" "}"#]],
    );
}

#[test]
fn no_more_than_four_and_the_first_go() {
    let old = r#"{"content":[{"type":"text","text":"a"*}]}"#;
    let plain = r#"{"content":[{"type":"text","text":"a"}]}"#;
    let ours = r#"{"content":[{"type":"text","text":"a"@}]}"#;
    let five = Ttl::FiveMinutes;
    check(five, [&[TOOL], &[SYSTEM], &[old, plain]], [&[TOOL], &[SYSTEM], &[old, ours]]);
    check(five, [&[TOOL], &[SYSTEM], &[old, old, plain]], [&[r#"[{"name":"t"}]"#], &[SYSTEM], &[old, old, ours]]);
    check(
        five,
        [&[TOOL], &[SYSTEM], &[old, old, old, plain]],
        [&[r#"[{"name":"t"}]"#], &[r#"[{"type":"text","text":"s"}]"#], &[old, old, old, ours]],
    );
    check(five, [&[], &[], &[old, old, old, old, old]], [&[], &[], &[plain, old, old, old, old]]);
    // Within the result of a tool; a field of that name in a tool's input is data.
    let input = r#"{"content":[{"type":"tool_use","input":{"content":[{"a":1*}],"b":2*},"id":"c"}]}"#;
    let result = r#"{"content":[{"type":"tool_result","content":[{"type":"text","text":"r"*}]*}]}"#;
    check(
        five,
        [&[], &[], &[input, result, old, old, plain]],
        [&[], &[], &[input, &result.replacen('*', "", 1), old, old, ours]],
    );
}

#[test]
fn an_hour_never_follows_five_minutes() {
    let plain = r#"{"content":[{"type":"text","text":"a"}]}"#;
    let (short, long) = (plain.replace("\"a\"", "\"a\"@"), plain.replace("\"a\"", "\"a\"+"));
    check(Ttl::OneHour, [&[], &[], &[&long, plain]], [&[], &[], &[&long, &long]]);
    check(Ttl::OneHour, [&[], &[], &[&long, &short, plain]], [&[], &[], &[&long, &short, &short]]);
    // Those that go do not count.
    check(
        Ttl::OneHour,
        [&[], &[], &[&short, &long, &long, &long, plain]],
        [&[], &[], &[plain, &long, &long, &long, &long]],
    );
}

#[test]
fn deep_nesting_is_left_alone() {
    let deep = format!(r#"{{"content":{}"cache_control"{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    check(Ttl::OneHour, [&[], &[], &[&deep]], [&[], &[], &[&deep]]);
}
