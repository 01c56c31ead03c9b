// Versions of the memory: the difference in the editor's own view, and going back to an older one.

import assert from "node:assert/strict";
import { begin, inMemory, scenario } from "../harness/scenario.mjs";
import { sample } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

async function twoRevisions(stage, id) {
  await begin(stage, id, 60);
  await stage.feeder.call("refresh", id);
  await stage.feeder.call("replay", id, sample, 60, 160);
  return (await stage.feeder.call("refresh", id)).revision;
}

scenario("Show What Changed opens a difference; Restore makes an older revision the newest", {}, async (stage) => {
  const { window, feeder, folder } = stage;
  const newest = await twoRevisions(stage, "restore");
  await window.run("Session Memory: Show What Changed");
  await window.pick(`Revision ${newest}`);
  await window.page.locator(".monaco-diff-editor").waitFor();
  const modified = window.page.locator(".monaco-diff-editor .editor.modified .view-line");
  await until("the newer side has text", async () => (await modified.allInnerTexts()).join("").includes("Current"));
  await until("added lines are marked", () => window.page.locator(".monaco-diff-editor .line-insert").count());
  await window.screenshot("changes");

  await window.run("Session Memory: Restore a Revision");
  await window.pick("Revision 1 ");
  await window.toast("Revision 1 stands again").waitFor();
  const { updates } = await until("the restored revision was told", async () => {
    const seen = await feeder.call("seen", "restore");
    return seen.updates.some(({ origin }) => origin === "restore") && seen;
  });
  const restored = updates.find(({ origin }) => origin === "restore");
  assert.ok(restored.revision > newest);
  await inMemory(folder, "restore", `revision: ${restored.revision}`);
  await window.press("Revision 1 stands again", "Show What Changed");
  await window.tab(`revision ${restored.revision - 1} and ${restored.revision}`).waitFor();
});
