// Runs tests/host inside the extension host, as the editor runs the tests of an extension.

import path from "node:path";
import { test } from "node:test";
import { startEditor } from "../harness/editor.mjs";
import { feeder, fromInstallation } from "../harness/places.mjs";
import { makeProfile } from "../harness/profile.mjs";
import { openWindow } from "../harness/window.mjs";

test("the interface, from inside the extension host", { timeout: 180_000 }, async () => {
  const profile = makeProfile();
  let window;
  try {
    const env = { SM_MOCHA: fromInstallation.resolve("mocha") };
    const editor = await startEditor(profile, { env, flags: ["--vscode-option", "enable-smoke-test-driver"] });
    const remote = (file) => `vscode-remote://127.0.0.1:${editor.port}${file}`;
    const payload = [
      ["extensionDevelopmentPath", remote(feeder)],
      ["extensionTestsPath", remote(path.resolve(import.meta.dirname, "../host/run.cjs"))],
      ["skipWelcome", "true"],
    ];
    window = await openWindow(profile, editor, profile.folders[0], { payload });
    const said = [];
    await window.page.exposeFunction("codeAutomationLog", (type, args) => said.push(`${type}: ${args.join(" ")}`));
    const code = await new Promise((resolve, reject) => {
      window.page.exposeFunction("codeAutomationExit", resolve).then(() => window.page.goto(window.address), reject);
      setTimeout(() => resolve("no answer within two minutes"), 120_000).unref();
    });
    if (code !== 0) {
      throw new Error(
        `exit ${code}:\n${said.filter((line) => line.includes("failed:")).join("\n") || said.join("\n")}`,
      );
    }
    await window.close();
    await editor.stop();
  } finally {
    await window?.close().catch(() => undefined);
    profile.remove();
  }
});
