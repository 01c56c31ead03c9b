import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, clipped, escaped, percentOf, plain, withoutFront } from "./figures";

test("marks for code become quotation marks, in pairs", () => {
  assert.equal(plain("run `a b` and `c`"), "run “a b” and “c”");
  assert.equal(plain("a ` alone"), "a ` alone");
});

test("the share of the window", () => {
  const cases: [number, number, number][] = [
    [0, 200_000, 0],
    [199_999, 200_000, 99],
    [75_271, 48_000, 156],
    [5, 0, 500],
  ];
  for (const [contextTokens, contextLimit, expected] of cases) {
    assert.equal(percentOf({ contextTokens, contextLimit }), expected);
  }
});

test("times are told in their largest whole unit, and a clock that is ahead is now", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  const cases: [string | null, unknown][] = [
    ["2026-01-01T23:59:30Z", { value: -30, unit: "second" }],
    ["2026-01-01T23:00:30Z", { value: -59, unit: "minute" }],
    ["2026-01-01T01:00:00Z", { value: -23, unit: "hour" }],
    ["2025-12-30T00:00:00Z", { value: -3, unit: "day" }],
    ["2026-01-02T00:00:09Z", { value: 0, unit: "second" }],
    [null, undefined],
    ["yesterday", undefined],
  ];
  for (const [at, expected] of cases) {
    assert.deepEqual(ago(at, now), expected, String(at));
  }
});

test("a title is cut at a number of characters, never inside one", () => {
  assert.equal(clipped("short", 5), "short");
  assert.equal(clipped("a long title", 7), "a long…");
  assert.equal(clipped("👍👍👍", 2), "👍…");
});

test("nothing in a title is read as Markdown", () => {
  const hostile = "[x](command:evil)\n# ![p](http://a/b) <b> $(sync) `c` *d* & https://a.example";
  assert.doesNotMatch(escaped(hostile), /[\\`*_{}[\]()<>$\n:]/);
  assert.equal(escaped("plain  words"), "plain words");
});

test("only the front matter is left out", () => {
  assert.equal(withoutFront("---\nrevision: 1\n---\n\n## Notes\n---\nmine\n---\n"), "## Notes\n---\nmine\n---\n");
  assert.equal(withoutFront("## Notes\n"), "## Notes\n");
  assert.equal(withoutFront("---\nnever ends\n"), "---\nnever ends\n");
});
