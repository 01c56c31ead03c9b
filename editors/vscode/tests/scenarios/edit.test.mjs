// The memory is the user's: what they write in the editor stays through every update, saved or not saved when it comes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { begin, inMemory, memoryFile, scenario } from "../harness/scenario.mjs";
import { sample } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

/** Opens the memory and puts a line at its end, without saving it. */
async function write(window, line) {
  await window.run("Session Memory: Open Memory");
  await window.tab("session-memory.md").waitFor();
  await window.page.locator(".editor-instance .view-line").first().click();
  await window.page.keyboard.press("Control+End");
  await window.page.keyboard.type(`\n- ${line}\n`);
  await window.page.locator(".tab.dirty").waitFor();
}

async function revision(feeder, id) {
  return (await feeder.call("seen", id)).updates.at(-1)?.revision;
}

scenario("what the user wrote survives an update, saved or not saved when it comes", {}, async (stage) => {
  await saved(stage);
  await unsaved(stage);
});

async function saved({ window, feeder, folder }) {
  await begin({ feeder }, "edit", 80);
  await feeder.call("refresh", "edit");
  await write(window, "the harbour master wants it in UTC");
  await window.page.keyboard.press("Control+S");
  await window.page.locator(".tab.dirty").waitFor({ state: "detached" });
  const edited = await until("the edit is a revision", async () => {
    const { updates } = await feeder.call("seen", "edit");
    return updates.find(({ origin }) => origin === "user")?.revision;
  });
  await feeder.call("replay", "edit", sample, 80, 200);
  await feeder.call("refresh", "edit");
  await until("an update came after the edit", async () => (await revision(feeder, "edit")) > edited);
  await inMemory(folder, "edit", "the harbour master wants it in UTC");
  await until("the editor shows the update", async () => {
    // Only what is in view is drawn.
    await window.page.keyboard.press("Control+End");
    return (await window.text()).includes("harbour master");
  });
  await window.screenshot("memory");
}

async function unsaved({ window, feeder, folder }) {
  await window.run("View: Close All Editors");
  await begin({ feeder }, "unsaved", 80);
  await feeder.call("refresh", "unsaved");
  await window.run("Session Memory: Switch Session");
  await window.pick("· unsaved");
  await write(window, "two lines that are not saved yet");
  const before = await revision(feeder, "unsaved");
  await feeder.call("replay", "unsaved", sample, 80, 200);
  await feeder.call("refresh", "unsaved");
  await until("an update came", async () => (await revision(feeder, "unsaved")) > before);
  assert.ok(await window.page.locator(".tab.dirty").isVisible(), "the changes are still there");
  await window.page.keyboard.press("Control+S");
  await inMemory(folder, "unsaved", "two lines that are not saved yet");
  await window.page.locator(".tab.dirty").waitFor({ state: "detached" });
  await until("the file has the update too", async () => {
    const text = readFileSync(memoryFile(folder, "unsaved"), "utf8");
    const inFile = Number(/^revision: (\d+)$/m.exec(text)?.[1]);
    return text.includes("two lines that are not saved yet") && inFile > before && inFile;
  });
  assert.equal(await window.page.locator(".notification-toast", { hasText: "Failed to save" }).count(), 0);
}
