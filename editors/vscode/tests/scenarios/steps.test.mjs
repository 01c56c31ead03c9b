// The first steps: the walkthrough and where its links lead, and the hooks of an agent, which are installed in a terminal.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { scenario } from "../harness/scenario.mjs";
import { extension } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

const { contributes } = JSON.parse(readFileSync(`${extension}/package.json`, "utf8"));
const texts = JSON.parse(readFileSync(`${extension}/package.nls.json`, "utf8"));
const { steps } = contributes.walkthroughs[0];

scenario(
  "the walkthrough leads to its commands; hooks are installed after the user saw them",
  {
    before: ({ at }) => void mkdirSync(at("home/.claude"), { recursive: true }),
    // So that the terminal has its text in the page, and is no picture.
    settings: { "terminal.integrated.gpuAcceleration": "off" },
  },
  async (stage) => {
    const { window, feeder, profile } = stage;
    await window.run("Session Memory: Open Walkthrough");
    const titles = window.page.locator(".gettingStartedContainer .step-title");
    await until("all steps are there", async () => (await titles.count()) === steps.length);
    assert.deepEqual(
      (await titles.allInnerTexts()).map((text) => text.trim()),
      steps.map(({ title }) => texts[title.slice(1, -1)]),
    );
    const known = await feeder.call("commands");
    const linked = Object.values(texts).flatMap((text) => [...text.matchAll(/command:([\w.]+)/g)].map(([, id]) => id));
    assert.ok(linked.length > 0);
    assert.deepEqual(
      linked.filter((id) => id.startsWith("sessionMemory.") && !known.includes(id)),
      [],
    );
    await titles.filter({ hasText: texts["walkthrough.hooks.title"] }).click();
    await window.screenshot("walkthrough");
    await window.page.locator(".gettingStartedContainer .monaco-button", { hasText: /hooks/i }).first().click();

    await window.pick("Claude Code");
    const rows = window.page.locator(".terminal-wrapper.active .xterm-rows");
    const terminal = rows.filter({ hasText: "write this?" }).first();
    await terminal.waitFor();
    assert.match(await terminal.innerText(), /^\+.*"timeout"/m, "the change is shown");
    const settings = profile.at("home/.claude/settings.json");
    assert.ok(!existsSync(settings), "nothing is written before the answer");
    await window.screenshot("hooks");
    await window.page.locator(".xterm-rows.xterm-focus").waitFor();
    await window.page.keyboard.type("y\n");
    const written = await until("the hooks are in", () => existsSync(settings) && readFileSync(settings, "utf8"));
    assert.match(written, /UserPromptSubmit/);
  },
);
