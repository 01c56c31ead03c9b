// The server's life: restarted by the user, killed, dying again and again, and gone with the window.

import assert from "node:assert/strict";
import { chmodSync, realpathSync, writeFileSync } from "node:fs";
import { begin, scenario } from "../harness/scenario.mjs";
import { sample, server } from "../harness/places.mjs";
import { processesOf } from "../harness/processes.mjs";
import { until } from "../harness/until.mjs";

const servers = (profile) => processesOf(profile, realpathSync(server));

async function onlyServer(profile) {
  return until("exactly one server runs", () => {
    const found = servers(profile);
    return found.length === 1 && found[0];
  });
}

/** All events are stored, and each of them once. */
async function complete(feeder, id, count) {
  const again = await feeder.call("replay", id, sample, 0, count);
  const { acknowledged } = await feeder.call("seen", id);
  assert.equal(acknowledged, 2 * count);
  assert.equal(again.duplicates, 1, "the last one was there");
  const { seq } = await feeder.call("append", id, [
    { type: "message", message: { role: "user", content: "The end." } },
  ]);
  assert.equal(seq, count + 1);
}

scenario("a server that is restarted or killed is replaced, and nothing that was fed is lost", {}, async (stage) => {
  const { window, feeder, profile } = stage;
  await begin(stage, "restart", 40);
  const old = await onlyServer(profile);
  await window.run("Session Memory: Restart Server");
  await until("another server runs", async () => (await onlyServer(profile)) !== old);
  await feeder.call("replay", "restart", sample, 40, 60);
  await complete(feeder, "restart", 60);

  await begin(stage, "killed", 5);
  const feeding = feeder.call("replay", "killed", sample, 5, 300);
  for (const kills of [1, 2]) {
    const fed = 40 * kills;
    await until(`${fed} events were fed`, async () => (await feeder.call("seen", "killed")).acknowledged >= fed);
    const id = await onlyServer(profile);
    process.kill(id, "SIGKILL");
    await until("another server runs", async () => (await onlyServer(profile)) !== id);
  }
  await feeding;
  await complete(feeder, "killed", 300);
  await until("the status bar shows it", () => window.percent());
});

scenario(
  "a server that dies at once is given up, and said; a better one is taken",
  { expects: /ended several times/ },
  async (stage) => {
    const { window, profile } = stage;
    const fake = profile.at("session-memory");
    writeFileSync(fake, '#!/bin/sh\n[ "$1" = --version ] && echo session-memory 0.1.0 && exit\nexit 7\n');
    chmodSync(fake, 0o755);
    profile.writeSettings({ "sessionMemory.server.path": fake });
    await window.run("Session Memory: Open Memory");
    await window.toast("ended several times in a row").waitFor({ timeout: 60_000 });
    await window.screenshot("dies");
    const opened = begin(stage, "waits", 10);
    profile.writeSettings({});
    await opened;
    await until("the status bar shows it", () => window.percent());
  },
);

scenario(
  "no server is left behind by a window that was closed, nor by an editor that was killed",
  { editor: { flags: ["--reconnection-grace-time", "1"] } },
  async (stage) => {
    const { window, editor, profile } = stage;
    await begin(stage, "closed", 20);
    await onlyServer(profile);
    await window.page.goto("about:blank");
    await until("the server has ended with its window", () => servers(profile).length === 0);
    await window.load();
    await window.run("Session Memory: Restart Server");
    await onlyServer(profile);
    await editor.stop("SIGKILL");
  },
);
