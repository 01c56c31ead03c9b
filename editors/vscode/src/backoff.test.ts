import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "./backoff";

function deaths(backoff: Backoff, livedFor: number, most = 20): (number | undefined)[] {
  const waits: (number | undefined)[] = [];
  while (waits.length < most) {
    waits.push(backoff.next(livedFor));
    if (waits.at(-1) === undefined) {
      break;
    }
  }
  return waits;
}

test("waits grow, and a server that dies at once is given up", () => {
  const waits = deaths(new Backoff(), 100);
  const given = waits.slice(0, -1) as number[];
  assert.equal(waits.at(-1), undefined);
  assert.ok(given.length >= 3 && given.length <= 8, String(given));
  assert.deepEqual(
    given,
    [...given].sort((a, b) => a - b),
  );
});

test("a server that ran well is never given up", () => {
  assert.ok(!deaths(new Backoff(), 3_600_000).includes(undefined));
});

test("the user's own start brings all tries back", () => {
  const backoff = new Backoff();
  const first = deaths(backoff, 0);
  backoff.reset();
  assert.deepEqual(deaths(backoff, 0), first);
});
