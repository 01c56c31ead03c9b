// Which server is started: none is there, one of another version, one that is no server, the one in the package.

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { begin, scenario } from "../harness/scenario.mjs";
import { extensionsOf, server } from "../harness/places.mjs";
import { processesOf } from "../harness/processes.mjs";
import { until } from "../harness/until.mjs";

function program(profile, name, lines) {
  writeFileSync(profile.at(name), `#!/bin/sh\n${lines}\n`);
  chmodSync(profile.at(name), 0o755);
  return profile.at(name);
}

/** The editor tells its console each message of this kind. */
const expects = /has no server|is version 9|does not answer|is not there/;
const nowhere = { machine: { "sessionMemory.server.path": "" }, expects };

scenario(
  "without a server the user is told what to do, and the server that they name is taken",
  nowhere,
  async (stage) => {
    const { window, profile } = stage;
    await window.run("Session Memory: Open Memory");
    await window.toast("has no server for this machine").waitFor();
    await window.status.filter({ hasText: "Session Memory" }).waitFor();
    await window.screenshot("missing");
    await window.press("has no server for this machine", "Choose the Program");
    await window.page.locator(".settings-editor .setting-item-title", { hasText: "Server: Path" }).waitFor();
    profile.writeSettings({});
    await begin(stage, "found", 10);
    await until("the status bar shows it", () => window.percent());
  },
);

scenario("a server of another version, or another program, is refused and named", { expects }, async (stage) => {
  const { window, profile } = stage;
  const newer = program(profile, "newer", "echo session-memory 9.9.9");
  profile.writeSettings({ "sessionMemory.server.path": newer });
  await window.run("Session Memory: Open Memory");
  const toast = window.toast("is version 9.9.9");
  await toast.waitFor();
  assert.ok((await toast.innerText()).includes(newer));
  const stranger = program(profile, "stranger", "echo hello");
  profile.writeSettings({ "sessionMemory.server.path": stranger });
  await window.toast("as session-memory does: hello").waitFor();
  profile.writeSettings({ "sessionMemory.server.path": profile.at("not-there") });
  await window.toast("which is not there or cannot be executed").waitFor();
  assert.deepEqual(processesOf(profile, server), []);
});

scenario(
  "the package for this platform brings its server; an unhandled rejection would be seen",
  { ...nowhere, expects: /on purpose/, editor: { extensions: extensionsOf("bundled") } },
  async (stage) => {
    const { window, feeder } = stage;
    await begin(stage, "bundled", 10);
    await until("the status bar shows it", () => window.percent());
    // Otherwise that there is none would mean nothing.
    await feeder.call("stumble");
    await until("the console tells it", () => window.complaints().some((text) => text.includes("on purpose")));
    assert.ok(window.complaints().every((text) => text.includes("on purpose")));
  },
);
