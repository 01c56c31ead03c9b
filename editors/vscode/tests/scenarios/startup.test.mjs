// When a server is started: not in a folder without sessions, and by itself where there are some or the first one begins.

import assert from "node:assert/strict";
import { existsSync, realpathSync } from "node:fs";
import { conversation, hook } from "../harness/agent.mjs";
import { scenario } from "../harness/scenario.mjs";
import { server } from "../harness/places.mjs";
import { processesOf } from "../harness/processes.mjs";
import { until } from "../harness/until.mjs";

const ID = "0b7d5e1f-8a3c-4c92-9a46-b7e20f58d1c3";
const servers = (profile) => processesOf(profile, realpathSync(server));
/** The extension has begun, and all that it does at its beginning is done. */
async function begun(feeder) {
  await until("the extension is active", () => feeder.call("isActive"));
  await feeder.call("lagQuiet");
}

scenario("a folder without sessions has no server; a hook's first message brings one", {}, async (stage) => {
  const { window, feeder, folder, profile } = stage;
  await begun(feeder);
  assert.deepEqual(servers(profile), []);
  assert.ok(!existsSync(profile.at("home/.local/state")), "nothing was written");
  assert.equal(await window.status.count(), 0);
  const agent = conversation(profile, folder, ID, 40);
  hook(profile, agent);
  const first = await until("the status bar shows it", () => window.percent());
  agent.more(80);
  hook(profile, agent);
  await until("the status bar climbs", async () => (await window.percent()) > first);
  await window.screenshot("first-session");
});

scenario(
  "sessions of which no memory was written yet are shown when a window is opened",
  { before: (profile) => hook(profile, conversation(profile, profile.folders[0], ID, 20)) },
  async ({ window, folder }) => {
    await until("the status bar shows it", () => window.percent());
    assert.ok(!existsSync(`${folder}/.session-memory`));
  },
);

scenario("the view asks for a server, and says what can be done where there is no session", {}, async (stage) => {
  const { window, feeder, profile } = stage;
  await begun(feeder);
  await window.page.locator(".activitybar .action-label[aria-label^='Session Memory']").click();
  await window.page.locator(".pane-body .monaco-button", { hasText: "Attach" }).waitFor();
  await until("a server runs", () => servers(profile).length === 1);
  await window.screenshot("view-empty");
});
