// The pictures of the README: the memory with its view, a difference, and the dashboard, each cut to what it is about.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { startEditor } from "./editor.mjs";
import { connectFeeder } from "./feeder.mjs";
import { extension, sample } from "./places.mjs";
import { makeProfile } from "./profile.mjs";
import { begin } from "./scenario.mjs";
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
  await coloured(window);
  // A lens that comes later stands above what is in view.
  await window.page.locator(".monaco-editor .view-line").first().hover();
  await window.page.mouse.wheel(0, -1_000);
  await window.page.locator(".codelens-decoration:visible", { hasText: "Compact" }).waitFor();
  await picture(window, "memory");
  await window.run("Session Memory: Show What Changed");
  await window.row("Revision").click();
  await until("the difference is there", () => window.page.locator(".monaco-diff-editor .line-insert").count());
  await coloured(window);
  await picture(window, "changes");
  await feeder.call("replay", "tidelog", sample, 180, 330);
  await feeder.call("compact", "tidelog");
  await feeder.call("replay", "tidelog", sample, 330, 420);
  await feeder.call("refresh", "tidelog");
  await window.page.setViewportSize({ width: 1000, height: 740 });
  await window.run("View: Toggle Primary Side Bar Visibility");
  await window.run("Session Memory: Show Dashboard");
  const page = window.webview();
  await page.locator(".compaction path").waitFor();
  await until("nothing is under way any more", async () => (await page.locator("#status").innerText()) === "");
  await picture(window, "dashboard");
  await window.close();
  await editor.stop();
  feeder.close();
} finally {
  profile.remove();
}

/** Waits until the text has its colours: headings are bold then. */
function coloured(window) {
  const heading = window.page.locator(".editor-group-container.active .view-line span.mtkb", {
    hasText: "Current State",
  });
  return heading.first().waitFor();
}

async function picture(window, name) {
  await window.page.screenshot({ path: path.join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
}
