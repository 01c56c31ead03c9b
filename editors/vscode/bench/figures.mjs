// Measures in a real editor, each time with a fresh profile and in a folder without sessions: the activation, and how long the extension
// host is held up from the first use to a running server, and while a conversation is fed. The activation is the editor's own figure
// ("Show Running Extensions": reading the code, and `activate`), on the clock, while other extensions begin, too. Hold-ups are measured in
// a host that was quiet before: on the clock, and in processor time of its thread, which other programs do not lengthen.

import { realpathSync, statSync } from "node:fs";
import path from "node:path";
import { startEditor } from "../tests/harness/editor.mjs";
import { connectFeeder } from "../tests/harness/feeder.mjs";
import { packages, server } from "../tests/harness/places.mjs";
import { processesOf } from "../tests/harness/processes.mjs";
import { makeProfile } from "../tests/harness/profile.mjs";
import { begin } from "../tests/harness/scenario.mjs";
import { until } from "../tests/harness/until.mjs";
import { openWindow } from "../tests/harness/window.mjs";

const EVENTS = 400;
const runs = [];
for (let run = 0; run < Number(process.argv[2] ?? 5); run++) {
  runs.push(await measure());
}
const size = statSync(path.join(packages, "universal.vsix")).size;
console.log(`| figure of the extension | on the clock | processor time | wanted |
| --- | --- | --- | --- |
| activation, in a folder without sessions | ${row("activation")} | | 150 ms |
| longest hold-up of the extension host, from the first use to a running server | ${row("start")} | ${row("startProcessor")} | 50 ms |
| longest hold-up while ${EVENTS} events are fed | ${row("feed")} | ${row("feedProcessor")} | 50 ms |

Servers that run in a folder without sessions: ${Math.max(...runs.map(({ servers }) => servers))}. Package without a server: ${Math.ceil(size / 1000)} kB (wanted: 1 MB).
Medians of ${runs.length}, with the smallest and the largest.`);

async function measure() {
  const profile = makeProfile();
  try {
    const editor = await startEditor(profile);
    const window = await openWindow(profile, editor);
    await window.load();
    const feeder = await connectFeeder(profile);
    const activation = await activationTime(window);
    await feeder.call("lagQuiet");
    const servers = processesOf(profile, realpathSync(server)).length;
    await feeder.call("lagBegin");
    await begin({ feeder }, "figures", 1);
    const start = await feeder.call("lagEnd");
    await feeder.call("lagQuiet");
    await feeder.call("lagBegin");
    await begin({ feeder }, "figures", EVENTS);
    const feed = await feeder.call("lagEnd");
    feeder.close();
    await window.close();
    await editor.stop();
    const [startProcessor, feedProcessor] = [start.processor, feed.processor];
    return { activation, servers, start: start.wall, startProcessor, feed: feed.wall, feedProcessor };
  } finally {
    profile.remove();
  }
}

/** As the editor's list of running extensions has it. */
async function activationTime(window) {
  await window.run("Developer: Show Running Extensions");
  const rows = window.page.locator(".runtime-extensions-editor .monaco-list-row");
  const shown = await until("the extension is in the list", async () =>
    /Activation: (\d+)ms/.exec(await rows.filter({ hasText: "Session Memory" }).innerText({ timeout: 1_000 })),
  );
  return Number(shown[1]);
}

/** Median, with the smallest and the largest. */
function row(name) {
  const values = runs.map((run) => run[name]).sort((a, b) => a - b);
  const [middle, least, most] = [values[Math.floor(values.length / 2)], values[0], values.at(-1)].map(Math.round);
  return `${middle} ms (${least}–${most})`;
}
