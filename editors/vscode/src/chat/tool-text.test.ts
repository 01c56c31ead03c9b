import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, eventsText, hitsText, readInput, searchInput } from "./tool-text";

test("what a model asks for is brought into bounds, or it is told what is wrong", () => {
  assert.deepEqual(searchInput({ query: " a b " }), { query: "a b", limit: 10 });
  assert.deepEqual(searchInput({ query: "a", limit: 9999, sessionId: "s" }), { query: "a", limit: 50, sessionId: "s" });
  assert.deepEqual(readInput({}), {});
  assert.deepEqual(readInput(null), {});
  assert.deepEqual(readInput({ fromSeq: 3, sessionId: "" }), { events: { fromSeq: 3, toSeq: 3 } });
  assert.deepEqual(readInput({ fromSeq: "3", toSeq: 900 }), { events: { fromSeq: 3, toSeq: 52 } });
  const wrong: [() => unknown, RegExp][] = [
    [() => searchInput({}), /`query` is missing/],
    [() => searchInput({ query: 7 }), /`query` is missing/],
    [() => searchInput({ query: "a", limit: 0 }), /`limit` is 0; a whole number/],
    [() => searchInput({ query: "a", sessionId: 7 }), /`sessionId` has to be text/],
    [() => readInput({ toSeq: 2 }), /`toSeq` needs `fromSeq`/],
    [() => readInput({ fromSeq: 5, toSeq: 2 }), /before `fromSeq`/],
    [() => readInput({ fromSeq: 1.5 }), /`fromSeq` is 1.5/],
    [() => readInput({ fromSeq: "first" }), /`fromSeq` is "first"/],
  ];
  for (const [ask, words] of wrong) {
    assert.throws(ask, words);
  }
});

test("every hit has its event and session", () => {
  const hit = { sessionId: "s", seq: 12, role: "user", score: 1, snippet: "on stderr", at: null };
  assert.match(hitsText("stderr", [hit]), /- event 12 \(user\) of session s: on stderr/);
  assert.match(hitsText("stderr", []), /Nothing was found for: stderr/);
});

test("events are given as far as there is room, and at least the first one", () => {
  const events = ["one", "two", "three"].map((content) => ({ type: "message", message: { role: "user", content } }));
  const all = eventsText(events, 7, 10_000);
  assert.match(all, /# Event 7: user\n\none[^]*# Event 9: user\n\nthree/);
  assert.match(eventsText(events, 7, 30), /one[^]*go on with fromSeq 8/);
  assert.match(eventsText(events, 7, 5), /^# Eve\n\[\d+ characters more were left out\][^]*go on with fromSeq 8\.$/);
  assert.equal(eventsText([], 7, 100), "There is no event 7.");
  assert.equal(cut("abc", 3), "abc");
});
