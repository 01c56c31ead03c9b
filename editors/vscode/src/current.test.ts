import assert from "node:assert/strict";
import { test } from "node:test";
import { currentSession, nameOf, newestFirst } from "./current";
import type { SessionRow } from "./protocol";

const session = (sessionId: string, lastEventAt: string | null): SessionRow =>
  ({ sessionId, lastEventAt, uri: `file:///${sessionId}.md`, title: null }) as SessionRow;

const old = session("old", "2026-01-01T00:00:00Z");
const used = session("used", "2026-01-03T00:00:00Z");
const blank = session("blank", null);
const all = [old, used, blank];

test("the open memory, then the chosen session, then the last used one", () => {
  assert.equal(currentSession(all, blank.uri, "old"), blank);
  assert.equal(currentSession(all, "file:///other.md", "old"), old);
  assert.equal(currentSession(all, undefined, "forgotten"), used);
  assert.equal(currentSession([], undefined, "old"), undefined);
});

test("sessions without a time come last", () => {
  assert.deepEqual(newestFirst(all), [used, old, blank]);
});

test("a session without a title is called by its id", () => {
  assert.equal(nameOf({ title: "  ", sessionId: "x" }), "x");
  assert.equal(nameOf({ title: " Fix it ", sessionId: "x" }), "Fix it");
});
