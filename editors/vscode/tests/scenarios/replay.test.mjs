// A conversation is fed: the status bar climbs with it, the memory is made, and the pressure is told.

import assert from "node:assert/strict";
import { begin, scenario } from "../harness/scenario.mjs";
import { sample } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

scenario("the status bar climbs while a conversation is fed", {}, async (stage) => {
  const { window, feeder } = stage;
  await begin(stage, "climb", 10);
  const first = await until("the status bar shows a percentage", () => window.percent());
  let last = first;
  for (const [from, to] of [
    [10, 60],
    [60, 120],
    [120, 180],
  ]) {
    const { contextTokens, contextLimit } = await feeder.call("replay", "climb", sample, from, to);
    const wanted = Math.floor((contextTokens * 100) / contextLimit);
    assert.ok(wanted > last, `${wanted} after ${last}`);
    await until(`the status bar shows ${wanted}%`, async () => (await window.percent()) === wanted);
    last = wanted;
  }
  const { updates } = await until("the memory was made", async () => {
    const seen = await feeder.call("seen", "climb");
    return seen.updates.length > 0 && seen;
  });
  assert.equal(updates[0].sessionId, "climb");
  await window.screenshot("status-bar");
});
