//! A small file in every format, with what makes its importer wait or look back.

use crate::transcripts::Format;

/// A file with every kind of record that makes the importer wait or look back.
const CLAUDE: &str = concat!(
    "// comment\n\n",
    r#"{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"s","message":{"role":"user","content":"gø 😀"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a1","parentUuid":"u1","message":{"id":"m1","role":"assistant","content":[{"type":"thinking"}],"usage":{"input_tokens":5,"output_tokens":1}}}"#,
    r#"{"type":"summary","summary":"T","leafUuid":"x"}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a2","parentUuid":"a1","message":{"id":"m1","role":"assistant","content":[{"type":"tool_use","id":"t"}],"usage":{"input_tokens":5,"output_tokens":9}}}"#,
    "\r\n",
    r#"{"type":"queue-operation","operation":"enqueue","timestamp":"2026-01-01T00:00:00Z","content":"wait"}"#,
    "\n",
    r#"{"type":"user","uuid":"r1","parentUuid":"a2","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"\ud83d"}]}}"#,
    "\n",
    r#"{"type":"queue-operation","operation":"remove","timestamp":"2026-01-01T00:00:01Z"}"#,
    "\nbroken {\n",
    r#"{"type":"user","uuid":"u2","parentUuid":"a2","message":{"role":"user","content":"one way"}}"#,
    "\n",
    r#"{"type":"user","uuid":"u3","parentUuid":"a2","message":{"role":"user","content":"another"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a3","parentUuid":"u3","message":{"id":"m2","role":"assistant","content":"x","usage":{"input_tokens":7}}}"#,
    "\n",
    r#"{"type":"system","subtype":"compact_boundary","uuid":"b1","logicalParentUuid":"a3","compactMetadata":{"trigger":"auto"}}"#,
    "\n",
    r#"{"type":"user","uuid":"c1","parentUuid":"b1","isCompactSummary":true,"message":{"role":"user","content":"Summary"}}"#,
    "\n",
    r#"{"type":"assistant","uuid":"a4","parentUuid":"c1","message":{"id":"m3","role":"assistant","content":"end","usage":{"input_tokens":8}}}"#,
);

const LINES: &str = concat!(
    "\n{\"role\":\"user\",\"content\":\"ä\",\"id\":\"1\"}\n\n{\"role\":\"exit\",\"content\":\"x\"}\n",
    "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"b\"}]}",
);

const DOCUMENT: &str = concat!(
    "{ \"info\": {\"a\": [1, \"]\"]},\n \"messages\": [\n  {\"role\": \"user\",\n \"content\": \"ä\"},",
    "{\"role\":\"tool\",\"content\":\"\",\"tool_call_id\":\"c\"}\n ], \"end\": null }\n",
);

const CODEX: &str = concat!(
    r#"{"timestamp":"2026-03-01T10:00:00Z","type":"session_meta","payload":{"id":"s","cwd":"/w"}}"#,
    "\n",
    r#"{"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"ä"}]}}"#,
    "\n",
    r#"{"type":"event_msg","payload":{"type":"user_message","message":"ä"}}"#,
    "\n",
    r#"{"type":"response_item","payload":{"type":"function_call","name":"x","arguments":"{}","call_id":"c"}}"#,
    "\nbroken\n",
    r#"{"type":"response_item","payload":{"type":"function_call_output","call_id":"c","output":"\ud83d"}}"#,
    "\n",
    r#"{"type":"compacted","payload":{"message":"Summary"}}"#,
    "\n",
    r#"{"type":"event_msg","payload":{"type":"token_count","info":{"last_token_usage":{"input_tokens":5}}}}"#,
);

const GEMINI: &str = concat!(
    "{\n\"sessionId\":\"g\",\"projectHash\":\"h\",\n\"messages\":[\n",
    r#"{"id":"1","type":"user","content":"ä"},"#,
    "\n",
    r#"{"id":"2","type":"gemini","content":"b","tokens":{"input":5},"#,
    r#""toolCalls":[{"id":"c","name":"x","args":{},"status":"success","result":[]}]}"#,
    "\n]}\n",
);

const CLINE: &str = concat!(
    r#"[{"role":"user","ts":1,"content":[{"type":"text","text":"<task>ä</task>"}]},"#,
    r#"{"role":"assistant","ts":2,"content":[{"type":"tool_use","id":"c","name":"x","input":{}}]},"#,
    "\n",
    r#"{"role":"user","ts":3,"content":[{"type":"text","text":"[x] Result:\nb"},{"type":"text","text":"<feedback>no</feedback>"}]}]"#,
);

const OPENCODE: &str = concat!(
    "{\n\"info\":{\"id\":\"s\"},\"messages\":[\n",
    r#"{"info":{"role":"user","id":"1"},"parts":[{"id":"p","type":"text","text":"ä"}]},"#,
    "\n",
    r#"{"info":{"role":"assistant","id":"2","finish":"stop","tokens":{"input":5}},"parts":[{"id":"q","type":"text","text":"b"},"#,
    r#"{"id":"r","type":"tool","callID":"c","tool":"x","state":{"status":"completed","input":{},"output":"o"}}]},"#,
    "\n",
    r#"{"info":{"role":"user","id":"3"},"parts":[{"id":"t","type":"text","text":"d"}]}"#,
    "\n]}\n",
);

const COPILOT: &str = concat!(
    r#"{"type":"session.start","data":{"sessionId":"s"},"id":"1","timestamp":"2026-03-01T10:00:00Z"}"#,
    "\n",
    r#"{"type":"user.message","data":{"content":"ä"},"id":"2","timestamp":"2026-03-01T10:00:00Z"}"#,
    "\n",
    r#"{"type":"assistant.message","data":{"content":"b","toolRequests":[{"toolCallId":"c","name":"x","arguments":{}}]},"id":"3","timestamp":"t"}"#,
    "\n",
    r#"{"type":"tool.execution_complete","data":{"toolCallId":"c","success":true,"result":{"content":"o"}},"id":"4","timestamp":"t"}"#,
);

const OPENHANDS: &str = concat!(
    r#"{"id":"1","timestamp":"2026-06-16T05:39:18.809928","source":"user","kind":"MessageEvent","llm_message":{"content":[{"text":"ä"}]}}"#,
    "\n",
    r#"{"id":"2","timestamp":"t","source":"agent","kind":"ActionEvent","thought":[{"text":"b"}],"tool_name":"x","tool_call_id":"c","action":{}}"#,
    "\n",
    r#"{"id":"3","timestamp":"t","source":"environment","kind":"ObservationEvent","tool_call_id":"c","observation":{"content":[{"text":"o"}]}}"#,
);

const PI: &str = concat!(
    r#"{"type":"session","id":"s","cwd":"/w"}"#,
    "\n",
    r#"{"type":"message","id":"1","parentId":null,"message":{"role":"user","content":"ä"}}"#,
    "\n",
    r#"{"type":"message","id":"2","parentId":"1","message":{"role":"assistant","content":[{"type":"text","text":"b"}],"usage":{"input":5}}}"#,
    "\n",
    r#"{"type":"message","id":"3","parentId":"2","message":{"role":"toolResult","toolCallId":"c","content":"o"}}"#,
);

const SWE: &str = concat!(
    "{\"trajectory\":[{\"action\":\"ls\",\"observation\":\"a\"}],\n\"history\":[",
    r#"{"role":"system","content":"ä","agent":"a"},{"role":"user","content":"b","agent":"a"},"#,
    r#"{"role":"assistant","content":"c","agent":"a"},{"role":"user","content":"d","agent":"a"}]}"#,
);

const AIDER: &str = concat!(
    "# aider chat started at 2026-03-01 10:00:00\n\n> Aider\n\n#### ä  \n\nanswer\n\nmore\n\n",
    "> Tokens: 5 sent, 6 received.\n\n#### b\n",
);

pub(super) const SAMPLES: [(Format, &str); 12] = [
    (Format::ClaudeCode, CLAUDE),
    (Format::Messages, LINES),
    (Format::Messages, DOCUMENT),
    (Format::Codex, CODEX),
    (Format::Gemini, GEMINI),
    (Format::Cline, CLINE),
    (Format::OpenCode, OPENCODE),
    (Format::Copilot, COPILOT),
    (Format::OpenHands, OPENHANDS),
    (Format::Pi, PI),
    (Format::SweAgent, SWE),
    (Format::Aider, AIDER),
];
