import assert from "node:assert/strict";
import { test } from "node:test";
import { isFromPage, isKept, isToPage, type View } from "./messages";

const view: View = {
  sessionId: "s",
  name: "<b>A title</b>",
  about: "",
  status: "",
  off: ["showChanges"],
  figures: [{ name: "Context", value: "10 %", note: "" }],
  curve: {
    contextLimit: 100,
    points: [{ seq: 1, contextTokens: 5 }],
    updates: [{ revision: 1, seq: 1 }],
    compactions: [],
  },
  levels: [{ name: "light", share: 0.7 }],
  happenings: [["Update 1", "1", "now", "5"]],
  change: { title: "Revision 1", notes: [], lines: [{ kind: "added", text: "+" }], left: "" },
  words: {
    chart: "",
    point: "",
    limit: "",
    level: "",
    update: "",
    updates: "",
    compaction: "",
    compactions: "",
    far: "",
    added: "",
    removed: "",
  },
};

test("the page takes whole views only", () => {
  assert.ok(isToPage({ type: "show", view }));
  assert.ok(isToPage({ type: "empty", text: "nothing" }));
  assert.ok(isKept({ view, isTableOpen: true }));
  const wrong: unknown[] = [
    undefined,
    null,
    "show",
    { type: "show" },
    { type: "empty" },
    { type: "other", text: "" },
    { type: "show", view: { ...view, figures: [{ name: 1, value: "", note: "" }] } },
    { type: "show", view: { ...view, off: ["format"] } },
    { type: "show", view: { ...view, curve: { ...view.curve, contextLimit: Infinity } } },
    { type: "show", view: { ...view, curve: { ...view.curve, points: [{ seq: -1, contextTokens: 1 }] } } },
    { type: "show", view: { ...view, change: { ...view.change, lines: [{ kind: "script", text: "" }] } } },
  ];
  for (const message of wrong) {
    assert.ok(!isToPage(message), JSON.stringify(message));
  }
  assert.ok(!isKept({ view }));
});

test("the extension does only what is in the list", () => {
  assert.ok(isFromPage({ type: "ready" }));
  assert.ok(isFromPage({ type: "do", action: "compact", sessionId: "s" }));
  for (const message of [
    { type: "do", action: "forget", sessionId: "s" },
    { type: "do", action: "toString", sessionId: "s" },
    { type: "do", action: "compact" },
    { type: "do", action: "compact", sessionId: 7 },
    { type: "run", action: "compact", sessionId: "s" },
    [],
    7,
  ]) {
    assert.ok(!isFromPage(message), JSON.stringify(message));
  }
});
