import assert from "node:assert/strict";
import { test } from "node:test";
import { eventText } from "./event-text";

test("texts stand as they are, and what is no text as JSON", () => {
  const cases: [unknown, string][] = [
    [
      { type: "message", at: "2026-01-01T00:00:00Z", message: { role: "user", content: "Hi" } },
      "# Event 7: user · 2026-01-01T00:00:00Z\n\nHi\n",
    ],
    [
      {
        type: "message",
        message: {
          role: "assistant",
          content: [
            { type: "text", text: "Looking." },
            { type: "tool_use", name: "Read", input: { path: "a" } },
          ],
        },
      },
      '# Event 7: assistant\n\nLooking.\n\nCall of Read:\n\n```json\n{\n  "path": "a"\n}\n```\n',
    ],
    [{ type: "toolResult", isError: true, content: "gone" }, "# Event 7: tool error\n\ngone\n"],
    [undefined, "# Event 7\n\nThe server has no such event.\n"],
  ];
  for (const [event, expected] of cases) {
    assert.equal(eventText(event, 7), expected);
  }
});

test("a fence is longer than any in the text", () => {
  assert.match(eventText({ type: "toolCall", name: "x", input: "````" }, 1), /^`````json$/m);
});
