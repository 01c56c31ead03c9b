// "Compact" back into an agent that runs in a terminal of this editor: a stand-in that takes what is typed, and has hooks.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { conversation, hookInput } from "../harness/agent.mjs";
import { scenario } from "../harness/scenario.mjs";
import { node, server } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

const STAND_IN = path.resolve(import.meta.dirname, "../harness/stand-in.mjs");

scenario("Compact types into the agent's terminal, in the way that the user chooses", {}, async (stage) => {
  const { window, feeder, folder, profile } = stage;
  const typed = profile.at("typed");
  const text = () => (existsSync(typed) ? readFileSync(typed, "utf8") : "");
  const agent = conversation(profile, folder, "7c6b5a40-0001-4c92-9a46-b7e20f58d1c3", 300);
  await feeder.call("terminal", "agent", node, [STAND_IN, server, hookInput(agent), typed], folder);
  await until("the status bar shows it", () => window.percent());

  await window.run("Session Memory: Compact");
  await window.row("Clear the context").waitFor();
  await window.screenshot("deliver");
  await window.pick("Clear the context");
  await until("/clear was typed, and then Enter", () => text() === "/clear\r");
  await window.toast("“/clear” was typed into the terminal “agent”").waitFor();
  await window.screenshot("delivered");

  writeFileSync(typed, "");
  await window.run("Session Memory: Compact");
  await window.pick("compacted session");
  const resumed = await until("/resume was typed", () => /^\/resume ([\w-]+)\r$/.exec(text())?.[1]);
  const made = readFileSync(path.join(path.dirname(agent.file), `${resumed}.jsonl`), "utf8");
  assert.ok(made.length < readFileSync(agent.file, "utf8").length);
  assert.match(made, /Current State/);
});
