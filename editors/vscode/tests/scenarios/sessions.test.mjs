// Several sessions: the view, the search in all of them, which one is the current one, and forgetting.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { begin, memoryFile, scenario, shown } from "../harness/scenario.mjs";
import { until } from "../harness/until.mjs";

scenario("sessions are listed, searched, switched and forgotten", {}, async (stage) => {
  const { window, feeder, folder } = stage;
  await begin(stage, "long", 150);
  await feeder.call("refresh", "long");
  await begin(stage, "short", 4, { contextLimit: 200_000 });
  const paint = { type: "message", message: { role: "user", content: "Paint the bollards." } };
  const short = await shown(window, await feeder.call("append", "short", [paint]));

  await window.page.locator(".activitybar .action-label[aria-label^='Session Memory']").click();
  const rows = window.page.locator(".pane-body .monaco-list-row");
  await until("both sessions are in the view", async () => (await rows.count()) === 2);
  await rows.last().locator(".monaco-tl-twistie").click();
  await until("the sections are in the view", async () =>
    (await rows.allInnerTexts()).join().includes("Current State"),
  );
  await window.screenshot("sessions");
  await rows.filter({ hasText: "Revisions" }).locator(".monaco-tl-twistie").click();
  await rows.filter({ hasText: "Revision 1" }).click();
  await window.page.locator(".monaco-diff-editor .line-insert").first().waitFor();

  await window.run("Session Memory: Search the Conversation");
  await window.type("Search the Conversation", "bollards");
  await window.row("bollards").waitFor();
  await window.screenshot("search");
  await window.pick("bollards");
  await window.tab("event-").waitFor();
  await until("the event is shown", async () => (await window.text()).includes("Paint the bollards"));

  await window.run("Session Memory: Switch Session");
  await window.row("long").waitFor();
  await window.screenshot("switch");
  await window.pick("· long");
  await until("the chosen session is shown", async () => (await window.percent()) > short + 10);

  await window.run("Session Memory: Forget Session");
  const dialog = window.page.locator(".monaco-dialog-box");
  await dialog.waitFor();
  await window.screenshot("forget");
  await dialog.locator(".monaco-button", { hasText: "Forget" }).click();
  await until("the session is gone", async () => (await rows.count()) === 1);
  assert.ok(!existsSync(path.dirname(memoryFile(folder, "long"))));
  await until("the other one is shown", async () => (await window.percent()) === short);
});
