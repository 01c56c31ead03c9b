// "Compact" from the palette: to the clipboard, into an editor, and into the agent whose extension feeds the session.

import assert from "node:assert/strict";
import { begin, scenario, shown } from "../harness/scenario.mjs";
import { until } from "../harness/until.mjs";

scenario(
  "Compact goes to the clipboard, into an editor, into the agent; where the agent refuses nothing changes",
  {},
  async (stage) => {
    const { window, feeder } = stage;
    const before = await shown(window, await begin(stage, "compact", 150));
    await window.run("Session Memory: Compact");
    await window.row("Copy to Clipboard").waitFor();
    await window.screenshot("compact");
    await window.pick("Copy to Clipboard");
    await window.toast("Copied:").waitFor();
    const copied = await until("the clipboard has it", async () => {
      const text = await feeder.call("clipboard");
      return text.includes("## Current State") && text;
    });
    assert.match(copied, /tide/i);
    assert.equal(await window.percent(), before, "a copy alone changes nothing");

    await window.run("Session Memory: Compact");
    await window.pick("Open in a New Editor");
    await window.tab("Untitled-1").waitFor();
    await until("the editor has it", async () => (await window.text()).includes("Current State"));
    await window.press("Compacted:", "The Agent Uses It Now");
    await until("the status bar falls", async () => (await window.percent()) < before);
    await window.run("Session Memory: Explain Last Compaction");
    await window.tab("compaction-1.txt").waitFor();
    await intoAgent(stage);
  },
);

async function intoAgent(stage) {
  const { window, feeder } = stage;
  const before = await shown(window, await begin(stage, "deliver", 150));
  await feeder.call("deliver", "deliver", "the agent is in the middle of a thought");
  await window.run("Session Memory: Compact");
  await window.toast("the agent is in the middle of a thought").waitFor();
  assert.equal(await window.percent(), before);

  await feeder.call("deliver", "deliver");
  await window.run("Session Memory: Compact");
  await window.toast("The agent goes on with the compacted conversation").waitFor();
  const { delivered } = await feeder.call("seen", "deliver");
  assert.equal(delivered.length, 1);
  assert.ok(delivered[0] > 0);
  await until("the status bar falls", async () => (await window.percent()) < before);
}
