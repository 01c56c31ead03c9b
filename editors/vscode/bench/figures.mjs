// Measures in a real editor, each time with a fresh profile: the activation, and how long the extension host is held up while a
// conversation is fed. Both as they were on the clock; the hold-up also in processor time, which other programs do not lengthen.

import { statSync } from "node:fs";
import path from "node:path";
import { startEditor } from "../tests/harness/editor.mjs";
import { connectFeeder } from "../tests/harness/feeder.mjs";
import { packages } from "../tests/harness/places.mjs";
import { makeProfile } from "../tests/harness/profile.mjs";
import { begin } from "../tests/harness/scenario.mjs";
import { openWindow } from "../tests/harness/window.mjs";

const EVENTS = 400;
const runs = [];
for (let run = 0; run < Number(process.argv[2] ?? 5); run++) {
  runs.push(await measure());
}
const size = statSync(path.join(packages, "universal.vsix")).size;
console.log(`| figure of the extension | here, median of ${runs.length} | wanted |
| --- | --- | --- |
| activation | ${row("activation")} | 150 ms |
| longest hold-up of the extension host, from the activation to a running server | ${row("start")} | 50 ms |
| the same in processor time | ${row("startProcessor")} | |
| longest hold-up while ${EVENTS} events are fed | ${row("feed")} | 50 ms |
| the same in processor time | ${row("feedProcessor")} | |
| package without a server | ${Math.ceil(size / 1000)} kB | 1 MB |`);

async function measure() {
  const profile = makeProfile();
  try {
    const editor = await startEditor(profile);
    const window = await openWindow(profile, editor);
    await window.load();
    const feeder = await connectFeeder(profile);
    if (await feeder.call("isActive")) {
      throw new Error("the extension is active already: there is nothing to measure");
    }
    await feeder.call("lagBegin");
    const activation = await feeder.call("activate");
    await begin({ feeder }, "figures", 1);
    const start = await feeder.call("lagEnd");
    await feeder.call("lagBegin");
    await begin({ feeder }, "figures", EVENTS);
    const feed = await feeder.call("lagEnd");
    feeder.close();
    await window.close();
    await editor.stop();
    const [startProcessor, feedProcessor] = [start.processor, feed.processor];
    return { activation, start: start.wall, startProcessor, feed: feed.wall, feedProcessor };
  } finally {
    profile.remove();
  }
}

/** Median, with the smallest and the largest. */
function row(name) {
  const values = runs.map((run) => run[name]).sort((a, b) => a - b);
  const [middle, least, most] = [values[Math.floor(values.length / 2)], values[0], values.at(-1)].map(Math.round);
  return `${middle} ms (${least}–${most})`;
}
