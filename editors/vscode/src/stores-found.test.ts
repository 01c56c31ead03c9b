import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOf, isAtWork } from "./stores-found";

const NOTHING = {
  workspace: "/work",
  sessions: [],
  settings: [{ name: "attach", value: "ask", from: "the defaults" }],
  store: { path: "/state/store.db" },
};
const AT_WORK = { agent: "codex", live: true, by: null };

function found(more: object): boolean {
  const findings = findingsOf(JSON.stringify({ ...NOTHING, ...more }));
  assert.ok(findings !== undefined);
  return isAtWork(findings, "");
}

test("an agent is at work where it is followed or writes", () => {
  assert.ok(!found({}));
  assert.ok(found({ sessions: [{ ...AT_WORK, live: false, by: "hook" }] }));
  assert.ok(found({ sessions: [AT_WORK] }));
  assert.ok(!found({ sessions: [{ ...AT_WORK, live: false }] }), "an old conversation that nobody feeds");
});

test("an agent at work is left alone where the user wants that, in the editor or elsewhere", () => {
  const off = [{ name: "attach", value: "off", from: "the config file" }];
  const working = { ...NOTHING, sessions: [AT_WORK] };
  assert.ok(!found({ sessions: [AT_WORK], settings: off }));
  assert.ok(!isAtWork(working, "off"));
  const overridden = findingsOf(JSON.stringify({ ...working, settings: off }));
  assert.ok(overridden !== undefined && isAtWork(overridden, "ask"));
});

test("another program's words are nothing", () => {
  for (const output of ["", "error: no such command", "{}", JSON.stringify({ ...NOTHING, store: "here" })]) {
    assert.equal(findingsOf(output), undefined, output);
  }
});
