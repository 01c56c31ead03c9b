// A window of the editor in Chromium, and what a user does in it. Errors that the editor tells its console are kept.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromInstallation, screenshots } from "./places.mjs";
import { until } from "./until.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** Opens a window on a folder or, where its name ends so, on a .code-workspace. */
export async function openWindow(profile, editor, opened = profile.folders[0], { payload } = {}) {
  const { chromium } = fromInstallation("playwright-core");
  const context = await chromium.launchPersistentContext(profile.at("browser"), {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width: 1280, height: 800 },
    args: [...FLAGS, "--disable-component-update", "--disable-sync"],
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = context.pages()[0];
  page.setDefaultTimeout(30_000);
  const window = new Window(context, page);
  const query = new URLSearchParams(
    opened === undefined ? { ew: "true" } : { [opened.endsWith(".code-workspace") ? "workspace" : "folder"]: opened },
  );
  if (payload !== undefined) {
    query.set("payload", JSON.stringify(payload));
  }
  window.address = `http://127.0.0.1:${editor.port}/?${query}`;
  return window;
}

/** What is in the console only where something of ours went wrong; where files are says nothing. */
const OURS = /session-?memory|feeder|unhandled|rejected promise/i;
const withoutPlaces = (text) => text.replace(/(?:file:\/)?\/[^\s:,')]*/g, "");

export class Window {
  errors = [];

  constructor(context, page) {
    this.context = context;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") {
        this.errors.push(message.text());
      }
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    this.status = page.locator(".statusbar-item[id*='sessionMemory.status']");
  }

  /** Goes to the window's address and waits until the workbench is there. */
  async load() {
    await this.page.goto(this.address);
    await this.page.locator(".monaco-workbench .statusbar-item").first().waitFor({ timeout: 60_000 });
  }

  /** What the console says about us. */
  complaints() {
    return this.errors.filter((text) => OURS.test(withoutPlaces(text)));
  }

  /** Puts all that the console says beside the screenshots. */
  keepErrors(name) {
    writeFileSync(place(name, "txt"), this.errors.join("\n"));
  }

  async close() {
    await this.context.close();
  }

  async screenshot(name) {
    await this.page.screenshot({ path: place(name, "png") });
  }

  /** Runs a command from the palette, as its title stands there. */
  async run(title) {
    const input = this.page.locator(".quick-input-widget:visible input.input");
    await until(`the palette has "${title}"`, async () => {
      // Keys, and the commands of extensions, are not there while the window loads.
      if (!(await input.isVisible())) {
        await this.page.keyboard.press("F1");
      }
      await input.fill(`>${title} `, { timeout: 2_000 });
      await input.fill(`>${title}`, { timeout: 2_000 });
      await this.row(title).click({ timeout: 2_000 });
      return true;
    });
  }

  /** A row of the list that is open, by a text in it. */
  row(text) {
    return this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  }

  /** Chooses a row of the list that is open. */
  async pick(text) {
    await this.row(text).click();
  }

  /** Types into the field of the list with a title. */
  async type(title, text) {
    await this.page.locator(".quick-input-widget:visible", { hasText: title }).locator("input.input").fill(text);
  }

  /** The message with a text in it. */
  toast(text) {
    return this.page.locator(".notification-toast", { hasText: text }).first();
  }

  /** Presses a button of a message. */
  async press(text, button) {
    await this.toast(text).locator(".monaco-button", { hasText: button }).click();
  }

  /** What the status bar says of the context, in percent; undefined where it says nothing. */
  async percent() {
    const text = (await this.status.count()) === 0 ? "" : await this.status.innerText();
    const percent = /(\d+)%/.exec(text)?.[1];
    return percent === undefined ? undefined : Number(percent);
  }

  /** The tooltip of the status bar, with a text in it: a change of the bar closes one, and then the mouse comes once more. */
  async tooltip(text) {
    const hover = this.page.locator(".monaco-hover:visible", { hasText: text });
    await until(`the tooltip says "${text}"`, async () => {
      await this.page.mouse.move(5, 5);
      await this.status.hover({ timeout: 5_000 });
      await hover.waitFor({ timeout: 5_000 });
      return true;
    });
    return hover;
  }

  /** The tab with a text in its title. */
  tab(text) {
    return this.page.locator(".tabs-container .tab", { hasText: text }).first();
  }

  /** The page of the webview that is in front. */
  webview() {
    return this.page.frameLocator("iframe.webview.ready").first().frameLocator("iframe#active-frame");
  }

  /** The text of the editor that is in front, as far as it is drawn. */
  async text() {
    const lines = await this.page.locator(".editor-group-container.active .view-line").allInnerTexts();
    return lines.join("\n").replaceAll("\u00a0", " ");
  }
}

function place(name, ending) {
  mkdirSync(screenshots, { recursive: true });
  return path.join(screenshots, `${name.replace(/\W+/g, "-")}.${ending}`);
}
