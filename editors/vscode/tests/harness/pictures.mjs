// The pictures of the README: the memory with its view, and a difference, each cut to what it is about.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { startEditor } from "./editor.mjs";
import { connectFeeder } from "./feeder.mjs";
import { extension } from "./places.mjs";
import { makeProfile } from "./profile.mjs";
import { processesOf } from "./processes.mjs";
import { begin } from "./scenario.mjs";
import { sample } from "./places.mjs";
import { until } from "./until.mjs";
import { openWindow } from "./window.mjs";

const folder = path.join(extension, "media/readme");
mkdirSync(folder, { recursive: true });
const profile = makeProfile({ folders: ["tidelog"], settings: { "editor.minimap.enabled": false } });
try {
  const editor = await startEditor(profile);
  const window = await openWindow(profile, editor);
  await window.page.setViewportSize({ width: 1000, height: 600 });
  await window.load();
  const feeder = await connectFeeder(profile);
  await begin({ feeder }, "tidelog", 100);
  await feeder.call("refresh", "tidelog");
  await feeder.call("replay", "tidelog", sample, 100, 180);
  await feeder.call("refresh", "tidelog");
  await window.page.locator(".activitybar .action-label[aria-label^='Session Memory']").click();
  const row = window.page.locator(".pane-body .monaco-list-row").first();
  await row.locator(".monaco-tl-twistie").click();
  await window.page.locator(".pane-body .monaco-list-row", { hasText: "Current State" }).waitFor();
  await window.run("Session Memory: Open Memory");
  await window.tab("session-memory.md").waitFor();
  await until("the lenses are there", () =>
    window.page.locator(".codelens-decoration", { hasText: "Compact" }).count(),
  );
  await picture(window, "memory");
  await window.run("Session Memory: Show What Changed");
  await window.row("Revision").click();
  await until("the difference is there", () => window.page.locator(".monaco-diff-editor .line-insert").count());
  await picture(window, "changes");
  await window.close();
  await editor.stop();
  feeder.close();
} finally {
  processesOf(profile).forEach((id) => process.kill(id, "SIGKILL"));
  profile.remove();
}

async function picture(window, name) {
  await window.page.screenshot({ path: path.join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
}
