// A conversation is fed: the status bar climbs with it, the memory is made, and the pressure is told.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { begin, inMemory, scenario, shown } from "../harness/scenario.mjs";
import { edition, repository, sample } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

scenario("the status bar climbs while a conversation is fed", {}, async (stage) => {
  const { window, feeder } = stage;
  let last = await shown(window, await begin(stage, "climb", 10));
  for (const [from, to] of [
    [10, 60],
    [60, 120],
    [120, 180],
  ]) {
    const percent = await shown(window, await feeder.call("replay", "climb", sample, from, to));
    assert.ok(percent > last, `${percent} after ${last}`);
    last = percent;
  }
  const { updates } = await until("the memory was made", async () => {
    const seen = await feeder.call("seen", "climb");
    return seen.updates.length > 0 && seen;
  });
  assert.equal(updates[0].sessionId, "climb");
  await until(
    "nothing is under way any more",
    async () => (await window.status.locator(".codicon-sync").count()) === 0,
  );
  const hover = await window.tooltip("Context");
  assert.match(await hover.innerText(), new RegExp(`of 48,000 tokens \\(${last} %\\)`));
  await window.screenshot("status-bar");
});

const real = path.resolve(repository, "../shared/transcripts/claude-code/entire-long-07-v2.0.76-nocompact.jsonl");

const isLeftOut = edition === "floor" || !existsSync(real);
scenario("a real conversation is fed from its first event to its last", { skip: isLeftOut }, async (stage) => {
  const { window, feeder, folder } = stage;
  await feeder.call("open", "real", { agent: "feeder" });
  await shown(window, await feeder.call("replay", "real", real));
  await feeder.call("refresh", "real");
  await inMemory(folder, "real", "## Current State");
});
