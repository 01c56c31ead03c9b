import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLine, plan, type Place, type Plan } from "./deliveries-plan";
import type { DeliverAnswer } from "./protocol";

const RESUME: DeliverAnswer = {
  agent: "claude-code",
  way: "resume",
  process: 40,
  parents: [30, 20, 1],
  type: "/resume 0a-1\r",
  open: "vscode://anthropic.claude-code/open?session=0a-1",
  run: ["claude", "--resume", "0a-1"],
  tell: "Type /resume",
  failed: null,
};
const HERE: Place = { shells: [99, undefined, 30], host: 7 };

test("the most direct way that is open", () => {
  const cases: [string, Partial<DeliverAnswer>, Partial<Place>, Plan][] = [
    ["its shell is a terminal's", {}, {}, { do: "type", terminal: 2, text: "/resume 0a-1\r" }],
    ["it is the terminal's own process", {}, { shells: [40] }, { do: "type", terminal: 0, text: "/resume 0a-1\r" }],
    ["it runs elsewhere", {}, { shells: [99] }, { do: "offer", command: "claude --resume 0a-1" }],
    ["it is a child of an extension", { parents: [7] }, { shells: [99] }, { do: "open", uri: RESUME.open ?? "" }],
    ["in a terminal and below us", { parents: [30, 7] }, {}, { do: "type", terminal: 2, text: "/resume 0a-1\r" }],
    ["its ancestors are not known", { parents: undefined }, {}, { do: "offer", command: "claude --resume 0a-1" }],
    ["its process is not known", { process: null, parents: [] }, {}, { do: "offer", command: "claude --resume 0a-1" }],
    ["nothing but words", { type: null, open: null, run: null }, {}, { do: "tell" }],
    ["a command that a shell could take otherwise", { type: null, run: ["claude", "$(id)"] }, {}, { do: "tell" }],
    ["Copilot", { agent: "copilot", way: "new-chat", type: null, open: null, run: null }, {}, { do: "newChat" }],
    ["Cursor", { agent: "cursor", way: "new-chat", type: null, open: null, run: null }, {}, { do: "tell" }],
    ["nothing to compact", { way: null, type: null, open: null, run: null }, {}, { do: "nothing" }],
  ];
  for (const [name, answer, place, expected] of cases) {
    assert.deepEqual(plan({ ...RESUME, ...answer }, { ...HERE, ...place }), expected, name);
  }
});

test("only arguments that need no quotes make a command line", () => {
  assert.equal(commandLine(["codex", "resume", "01f-2"]), "codex resume 01f-2");
  for (const part of ["a b", "a;b", "$x", "`x`", "a\nb", "", "'", "%x%", "a&b", "~"]) {
    assert.equal(commandLine(["codex", part]), undefined, part);
  }
  assert.equal(commandLine([]), undefined);
});
