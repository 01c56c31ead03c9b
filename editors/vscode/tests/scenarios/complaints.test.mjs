// The tests see an unhandled rejection of an extension: otherwise that there is none would mean nothing.

import { scenario } from "../harness/scenario.mjs";
import { until } from "../harness/until.mjs";
import assert from "node:assert/strict";

scenario("an unhandled rejection is seen", { expects: /on purpose/ }, async ({ window, feeder }) => {
  await feeder.call("stumble");
  await until("the console tells it", () => window.complaints().some((text) => text.includes("on purpose")));
  assert.ok(window.complaints().every((text) => text.includes("on purpose")));
});
