// The dashboard: live, in the colours of the theme, with the keyboard alone, and with nothing from elsewhere.

import assert from "node:assert/strict";
import { begin, scenario } from "../harness/scenario.mjs";
import { sample } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

const THEMES = [
  ["Dark Modern", "vscode-dark"],
  ["Dark High Contrast", "vscode-high-contrast"],
  ["Light Modern", "vscode-light"],
];
/** Hosts of the machine, none (`data:`, `blob:`), and the one that the editor's service worker stands for, which no request leaves it for. */
const HERE = /^(127\.0\.0\.1|localhost||[\w.+-]+\.vscode-resource\.vscode-cdn\.net)$/;

scenario("the dashboard shows the conversation as it goes on, for everyone", {}, async (stage) => {
  const { window, feeder } = stage;
  const hosts = new Set();
  window.page.on("request", (request) => hosts.add(new URL(request.url()).hostname));
  await begin(stage, "dashboard", 100);
  await feeder.call("refresh", "dashboard");
  await window.run("Session Memory: Show Dashboard");
  const page = window.webview();
  await page.locator("#name", { hasText: "tidelog" }).waitFor();
  const context = page.locator("#figures div").first();
  const before = await context.innerText();

  await feeder.call("replay", "dashboard", sample, 100, 330);
  await until("the figures follow", async () => (await context.innerText()) !== before);
  await until("the status bar warns", async () => /error-kind/.test(await window.status.getAttribute("class")));
  const { compacted } = await feeder.call("compact", "dashboard");
  assert.ok(compacted);
  await feeder.call("replay", "dashboard", sample, 330, 420);
  await feeder.call("refresh", "dashboard");
  await until("the compaction is drawn", () => page.locator(".compaction path").count());
  await until("the last update is shown", () => page.locator("#diff ins").count());

  // With the keyboard alone.
  await page.locator("button[data-action=compact]").focus();
  const reached = [];
  for (let n = 0; n < 10; n++) {
    reached.push(await focused(page));
    await window.page.keyboard.press("Tab");
  }
  const expected = ["compact", "refresh", "openMemory", "showChanges", "explain", "search", "switchSession"];
  assert.deepEqual(reached, [...expected, "chart", "summary", "diff"]);
  const chart = page.locator("#chart");
  await chart.focus();
  await window.page.keyboard.press("Home");
  assert.match(await chart.getAttribute("aria-valuetext"), /^event 1: [\d,]+ tokens$/);
  await window.page.keyboard.press("ArrowRight");
  assert.doesNotMatch(await chart.getAttribute("aria-valuetext"), /^event 1:/);

  // What the picture says is also a table, with heads.
  await page.locator("summary").press("Enter");
  const rows = page.locator("#rows tr");
  assert.equal(await page.locator("thead th[scope=col]").count(), 4);
  assert.equal(await rows.filter({ hasText: "Compaction 1" }).count(), 1);
  assert.ok((await rows.filter({ hasText: "Revision" }).count()) >= 2);
  assert.equal(await rows.count(), await page.locator("#rows tr > th[scope=row]").count());
  await page.locator("#table").scrollIntoViewIfNeeded();
  await window.screenshot("dashboard-table");
  await page.locator("summary").press("Enter");
  await page.locator("h1").scrollIntoViewIfNeeded();

  for (const [theme, kind] of THEMES) {
    await window.run("Preferences: Color Theme");
    await window.page.locator(".quick-input-widget input[placeholder^='Select Color Theme']").fill(theme);
    await window.row(theme).click();
    await page.locator(`body.${kind}`).waitFor();
    await window.screenshot(`dashboard-${kind}`);
  }

  // Its buttons are the commands.
  await page.locator("button[data-action=showChanges]").press("Enter");
  await window.page.locator(".monaco-diff-editor").waitFor();

  // What is not ours is refused, and nothing of the kind was tried before.
  await window.tab("Session Memory").click();
  assert.deepEqual(
    [...hosts].filter((host) => !HERE.test(host)),
    [],
  );
  assert.deepEqual(
    window.errors.filter((text) => /content security policy/i.test(text)),
    [],
  );
  await stage.reload();
  await page.locator("#name", { hasText: "tidelog" }).waitFor();
  const refused = await page.locator("body").evaluate(intrude);
  assert.deepEqual(refused.sort(), ["connect-src", "img-src", "script-src-elem"]);
});

function focused(page) {
  return page.locator("body").evaluate(({ ownerDocument: { activeElement: element } }) => {
    return element.dataset.action ?? (element.id === "" ? element.localName : element.id);
  });
}

/** Tries what a text of a conversation could try if it were ever read as markup; what the page's policy has refused. Runs in the page. */
async function intrude(body) {
  const refused = [];
  const { ownerDocument: page } = body;
  page.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => refused.push(effectiveDirective));
  const image = page.createElement("img");
  image.src = "https://127.0.0.1:9/picture.png";
  const script = page.createElement("script");
  script.textContent = "document.title = 'taken over'";
  body.append(image, script);
  await fetch("https://127.0.0.1:9/").catch(() => undefined);
  while (refused.length < 3) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return refused;
}
