// The editor's model is lent to the server: only after the user agreed, counted where it can be seen, and taken back; where it cannot be
// asked the memory is kept without it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { begin, inMemory, scenario } from "../harness/scenario.mjs";
import { sample, server } from "../harness/places.mjs";
import { processesOf } from "../harness/processes.mjs";
import { until } from "../harness/until.mjs";

/** Of no one. */
const KEY = "sk-ant-of-nobody-0123456789";
const servers = (profile) => processesOf(profile, realpathSync(server));
const asked = (profile) => {
  const log = profile.at("models.log");
  const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  return lines.map((line) => JSON.parse(line).family);
};
const dialog = (window) => window.page.locator(".monaco-dialog-box");

async function agree(window, family) {
  await window.run("Session Memory: Choose the Editor's Model");
  await window.pick(`scripted/${family}`);
  await dialog(window).waitFor();
}

/** Agrees to a model, and waits until the server was started with it. */
async function lend(window, family) {
  await agree(window, family);
  await dialog(window).locator(".monaco-button", { hasText: "Allow" }).click();
  await window.toast(`scripted/${family} writes the memory`).waitFor();
  await window.run("Notifications: Clear All Notifications");
}

scenario(
  "a model of the editor is asked after consent, and counted; a refusal costs no memory",
  {
    env: ({ at }) => ({ MODELS_LOG: at("models.log") }),
    expects: /quota|could not be asked|scripted\/small takes/,
  },
  async (stage) => {
    const { window, feeder, folder, profile } = stage;
    await begin(stage, "lent", 60);
    await agree(window, "writer");
    await window.screenshot("consent");
    await dialog(window).locator(".monaco-button", { hasText: "Cancel" }).click();
    await feeder.call("refresh", "lent");
    assert.deepEqual(asked(profile), [], "no consent, no request");

    await lend(window, "writer");
    await feeder.call("replay", "lent", sample, 60, 100);
    const hold = `${profile.at("models.log")}.wait`;
    writeFileSync(hold, "");
    await window.run("Session Memory: Refresh Now");
    await until("the model was asked", () => asked(profile).length > 0);
    await window.status.locator(".codicon-sync").waitFor();
    await window.toast("Bringing the memory up to date").waitFor();
    await window.screenshot("updating");
    rmSync(hold);
    await window.status.locator(".codicon-sync").waitFor({ state: "detached" });
    await inMemory(folder, "lent", "the scripted model wrote this");
    const hover = await window.tooltip("Editor's model");
    assert.match(await hover.innerText(), /scripted\/writer; requests in this window: [1-9]/);
    await window.screenshot("lent-tooltip");
    await window.run("Session Memory: Show Dashboard");
    const figures = window.webview().locator("#figures");
    await until("the dashboard counts", async () => (await figures.innerText()).includes("Editor's model"));
    assert.match(await figures.innerText(), /calls of a model: [1-9]/);
    await window.screenshot("lent-dashboard");

    await lend(window, "quota");
    await feeder.call("replay", "lent", sample, 100, 140);
    await assert.rejects(feeder.call("refresh", "lent"), ({ code }) => code === -32004);
    assert.equal(asked(profile).filter((family) => family === "quota").length, 1, "it is not asked again");
    await feeder.call("replay", "lent", sample, 140, 150);
    await feeder.call("refresh", "lent").catch(() => undefined);
    assert.equal(asked(profile).filter((family) => family === "quota").length, 1, "nor later");

    await lend(window, "small");
    await feeder.call("replay", "lent", sample, 150, 190);
    await assert.rejects(feeder.call("refresh", "lent"), /takes 100/);
    assert.ok(!asked(profile).includes("small"), "what it cannot take is not sent");

    await window.run("Session Memory: Stop Lending the Editor's Model");
    await window.toast("No model of this editor is asked any more").waitFor();
    const before = asked(profile).length;
    await feeder.call("replay", "lent", sample, 190, 230);
    await feeder.call("refresh", "lent");
    assert.equal(asked(profile).length, before);
  },
);

scenario(
  "an editor without a model says so, and keeps the memory without one; a key is in no file",
  { machine: { "sessionMemory.provider": "editor" }, expects: /could not be asked|no language model/ },
  async (stage) => {
    const { window, feeder, folder, profile } = stage;
    await begin(stage, "alone", 60);
    await assert.rejects(feeder.call("refresh", "alone"), /no language model/);
    await inMemory(folder, "alone", "## Current State");
    await window.run("Session Memory: Choose the Editor's Model");
    await window.toast("This editor has no language model").waitFor();

    const [old] = servers(profile);
    await window.run("Session Memory: Set Model API Key");
    await window.pick("Anthropic");
    await window.page.locator(".quick-input-widget input[type=password]").fill(KEY);
    await window.page.keyboard.press("Enter");
    await until("the server was started with the key", () => servers(profile).some((id) => id !== old));
    const found = spawnSync("grep", ["-rlF", KEY, profile.userData, profile.at("home"), folder], { encoding: "utf8" });
    assert.equal(found.stdout, "", "it is in no file that we or the editor's server write");
  },
);
