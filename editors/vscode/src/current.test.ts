import assert from "node:assert/strict";
import { test } from "node:test";
import { currentSession, nameOf, newestFirst, type Choice } from "./current";
import type { SessionRow } from "./protocol";

const session = (sessionId: string, startedAt: string | null, lastEventAt: string | null): SessionRow =>
  ({ sessionId, startedAt, lastEventAt, title: null }) as SessionRow;

const old = session("old", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
const used = session("used", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z");
const blank = session("blank", null, null);
const all = [old, used, blank];

test("the chosen session, until a conversation begins after the choice; else the last used one", () => {
  const chosenAt = (at: string): Choice => ({ sessionId: "old", at: Date.parse(at) });
  assert.equal(currentSession(all, chosenAt("2026-01-02T12:00:00Z")), old);
  assert.equal(currentSession(all, chosenAt("2026-01-01T12:00:00Z")), used);
  assert.equal(currentSession(all, { sessionId: "forgotten", at: Date.parse("2026-01-04T00:00:00Z") }), used);
  assert.equal(currentSession(all, undefined), used);
  assert.equal(currentSession([blank], chosenAt("2026-01-01T12:00:00Z")), blank);
  assert.equal(currentSession([], undefined), undefined);
});

test("sessions without a time come last", () => {
  assert.deepEqual(newestFirst(all), [used, old, blank]);
});

test("a session without a title is called by its id", () => {
  assert.equal(nameOf({ title: "  ", sessionId: "x" }), "x");
  assert.equal(nameOf({ title: " Fix it ", sessionId: "x" }), "Fix it");
});
