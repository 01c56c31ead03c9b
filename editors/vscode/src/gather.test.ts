import assert from "node:assert/strict";
import { test } from "node:test";
import { Gather } from "./gather";

test("what is asked for at once is one run", async () => {
  let runs = 0;
  const gather = new Gather(() => {
    runs++;
    return Promise.resolve();
  }, 1);
  await Promise.all([gather.ask(), gather.ask(), gather.ask()]);
  assert.equal(runs, 1);
});

test("what is asked for during a run is one more run, never two at a time", async () => {
  let running = 0;
  let runs = 0;
  const asked: Promise<void>[] = [];
  const gather: Gather = new Gather(async () => {
    assert.equal(++running, 1);
    if (++runs === 1) {
      asked.push(gather.ask(), gather.ask());
    }
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  }, 1);
  await gather.ask();
  await Promise.all(asked);
  assert.equal(runs, 2);
});

test("a failed run ends as well, and who waits at the stop does not wait for ever", async () => {
  const failing = new Gather(() => Promise.reject(new Error("no")), 1);
  await failing.ask();
  const never = new Gather(() => Promise.resolve(), 1_000_000);
  const waiting = never.ask();
  never.stop();
  await waiting;
});
