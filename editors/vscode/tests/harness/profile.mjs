// Everything that one scenario owns: a home with the store, folders to work in, the editor's settings. All below one temporary
// folder, whose name is also in the environment of every process that the scenario starts.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { server } from "./places.mjs";
import { processesOf } from "./processes.mjs";

/** An editor that neither phones home nor greets, and shows all in its main area. */
const QUIET = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.startupEditor": "none",
  "workbench.editor.useModal": "off",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.commandCenter": false,
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.enabled": false,
  "files.autoSave": "off",
  "editor.minimap.enabled": false,
};

export function makeProfile({ folders = ["work"], settings = {}, machine = {} } = {}) {
  const root = mkdtempSync(path.join(os.tmpdir(), "sm-"));
  const at = (...parts) => path.join(root, ...parts);
  const profile = {
    root,
    at,
    folders: folders.map((name) => at(name)),
    socket: at("feeder"),
    userData: at("user-data"),
    /** Writes the user's settings anew; all of ours are those of the machine that the server runs on. */
    writeSettings(more) {
      const ours = { "sessionMemory.server.path": server, ...more };
      writeFileSync(at("user-data/User/settings.json"), JSON.stringify({ ...QUIET, ...settings }));
      writeFileSync(at("user-data/Machine/settings.json"), JSON.stringify(ours));
    },
    /** Ends what is left of the scenario's processes, and removes everything. */
    remove() {
      processesOf(profile).forEach((id) => process.kill(id, "SIGKILL"));
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (const folder of ["home", "config", "user-data/User", "user-data/Machine", "browser", ...folders]) {
    mkdirSync(at(folder), { recursive: true });
  }
  writeFileSync(at("config/config.yaml"), "");
  profile.writeSettings(machine);
  // Also where the run is broken off.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      profile.remove();
      process.exit(1);
    });
  }
  return profile;
}
