// Folders that are not trusted, several of them, and ones that are on no disk.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { begin, inMemory, memoryFile, scenario } from "../harness/scenario.mjs";
import { server } from "../harness/places.mjs";
import { processesOf } from "../harness/processes.mjs";
import { until } from "../harness/until.mjs";

/** A workspace that wants to choose the server, its environment, and where the memory goes. */
function hostile(profile) {
  const [folder] = profile.folders;
  const evil = path.join(folder, "session-memory");
  writeFileSync(evil, `#!/bin/sh\ntouch ${profile.at("evil")}\necho session-memory 0.1.0\n`);
  chmodSync(evil, 0o755);
  mkdirSync(path.join(folder, ".vscode"));
  const wanted = {
    "sessionMemory.server.path": evil,
    "sessionMemory.server.extraEnv": { LD_PRELOAD: evil },
    "sessionMemory.provider": "openai",
    "sessionMemory.baseUrl": "http://127.0.0.1:9/v1",
    "sessionMemory.memoryFile": "notes/{session}.md",
  };
  writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(wanted));
}

scenario(
  "a folder names no program, and decides nothing before it is trusted",
  {
    before: hostile,
    settings: { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" },
  },
  async (stage) => {
    const { window, feeder, folder, profile } = stage;
    const restricted = window.page.locator(".statusbar-item", { hasText: "Restricted Mode" });
    await restricted.waitFor();
    await begin(stage, "restricted", 60);
    await feeder.call("refresh", "restricted");
    await inMemory(folder, "restricted", "## Current State");
    await window.screenshot("restricted");

    const before = processesOf(profile, realpathSync(server));
    assert.equal(before.length, 1);
    await restricted.locator("a").first().click();
    await window.page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
    await restricted.waitFor({ state: "detached" });
    await until("the server was started anew", () => {
      const now = processesOf(profile, realpathSync(server));
      return now.length === 1 && now[0] !== before[0];
    });
    await begin(stage, "trusted", 60);
    await feeder.call("refresh", "trusted");
    await until("the memory is where the folder wants it", () => existsSync(path.join(folder, "notes/trusted.md")));
    assert.ok(!existsSync(profile.at("evil")), "the folder's program was never run");
  },
);

scenario(
  "each folder of a workspace has its own memories",
  {
    folders: ["harbour", "beacon"],
    before: ({ at, folders }) =>
      writeFileSync(at("two.code-workspace"), JSON.stringify({ folders: folders.map((name) => ({ path: name })) })),
    open: ({ at }) => at("two.code-workspace"),
  },
  async (stage) => {
    const { window, feeder, profile } = stage;
    const [harbour, beacon] = profile.folders;
    await begin(stage, "first", 60, { folder: harbour });
    await begin(stage, "second", 60, { folder: beacon });
    await feeder.call("refresh", "first");
    await feeder.call("refresh", "second");
    await inMemory(harbour, "first", "## Current State");
    await inMemory(beacon, "second", "## Current State");
    assert.ok(!existsSync(memoryFile(harbour, "second")));
    await window.run("Session Memory: Switch Session");
    await window.row("beacon").waitFor();
    await window.screenshot("folders");
    await window.pick("harbour");
    await window.run("Session Memory: Open Memory");
    await window.tab("session-memory.md").waitFor();
    await until("it is the memory of the first folder", async () =>
      (await window.page.locator(".breadcrumbs-below-tabs, .breadcrumbs-control").first().innerText()).includes(
        "harbour",
      ),
    );
  },
);

scenario(
  "a folder on no disk is refused without a fuss",
  {
    before: ({ at }) =>
      writeFileSync(at("virtual.code-workspace"), JSON.stringify({ folders: [{ uri: "nodisk:/somewhere" }] })),
    open: ({ at }) => at("virtual.code-workspace"),
  },
  async ({ window, feeder, profile }) => {
    await assert.rejects(feeder.call("activate"), /not installed or not enabled/);
    assert.deepEqual(processesOf(profile, realpathSync(server)), []);
    assert.equal(await window.page.locator(".notification-toast", { hasText: "Session Memory" }).count(), 0);
  },
);
