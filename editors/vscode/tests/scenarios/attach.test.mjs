// Conversations that agents have in the folder and nobody feeds: offered once while an agent is at work, listed by "Attach Transcript",
// and followed, also after the window was opened anew.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { conversation } from "../harness/agent.mjs";
import { scenario } from "../harness/scenario.mjs";
import { until } from "../harness/until.mjs";

const IDS = [1, 2, 3].map((n) => `1a2b3c4d-000${n}-4c92-9a46-b7e20f58d1c3`);
const OFFER = "is at work here";

scenario(
  "an agent at work is offered, and once: Attach keeps its memory, Not now and Never Ask are remembered",
  { before: (profile) => void conversation(profile, profile.folders[0], IDS[0], 60) },
  async (stage) => {
    const { window, profile, folder } = stage;
    await window.toast(OFFER).waitFor();
    await window.screenshot("offer");
    await window.press(OFFER, /^Attach$/);
    await until("the status bar shows it", () => window.percent());
    conversation(profile, folder, IDS[1], 30, "test");
    await window.toast(OFFER).waitFor();
    await window.press(OFFER, "Not now");
    await stage.reload();
    await until("the status bar shows it", () => window.percent());
    assert.equal(await window.toast(OFFER).count(), 0);
    conversation(profile, folder, IDS[2], 30, "mend");
    await window.toast(OFFER).waitFor();
    await window.press(OFFER, "Never Ask");
    await until("the setting says so", () =>
      readFileSync(profile.at("user-data/Machine/settings.json"), "utf8").includes('"sessionMemory.attach": "off"'),
    );
  },
);

scenario(
  "Attach Transcript lists what agents have here, and follows it, also in a window that is opened later",
  { machine: { "sessionMemory.attach": "off" } },
  async (stage) => {
    const { window, profile, folder } = stage;
    const agent = conversation(profile, folder, IDS[0], 20);
    await window.run("Session Memory: Attach Transcript");
    await window.row("Choose a File").waitFor();
    await window.screenshot("attach");
    await window.pick("Please build");
    await window.pick("Keep following it");
    await window.toast("events were read").waitFor();
    const first = await until("the status bar shows it", () => window.percent());
    agent.more(80);
    const second = await until("the status bar climbs", async () => {
      const now = await window.percent();
      return now > first && now;
    });
    await stage.reload();
    agent.more(120);
    await until("the status bar climbs again", async () => (await window.percent()) > second);

    await window.run("Session Memory: Forget Session");
    await window.page.locator(".monaco-dialog-box .monaco-button", { hasText: "Forget" }).click();
    await window.status.waitFor({ state: "detached" });
    await stage.reload();
    assert.equal(await window.status.count(), 0, "it stays forgotten");
  },
);
