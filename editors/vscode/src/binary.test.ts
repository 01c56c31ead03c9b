// Programs are small scripts in a folder of the test's own.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { findBinary, searchPath, type Place } from "./binary";

const root = mkdtempSync(path.join(os.tmpdir(), "session-memory-binary-"));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

function program(folder: string, output: string, mode = 0o755): string {
  const file = path.join(root, folder, "session-memory");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${output}"\n`);
  chmodSync(file, mode);
  return file;
}

function place(changes: Partial<Place>): Place {
  return {
    setting: "",
    extensionFolder: path.join(root, "nothing"),
    extensionVersion: "0.1.0",
    env: {},
    platform: "linux",
    home: path.join(root, "home"),
    ...changes,
  };
}

const skip = process.platform === "win32" && "scripts need a shell";

test("the setting, then the bundled one, then PATH", { skip }, async () => {
  const set = program("set", "session-memory 0.1.1");
  const bundled = program("extension/server", "session-memory 0.1.2");
  const onPath = program("bin", "session-memory 0.1.3");
  const extensionFolder = path.join(root, "extension");
  const env = { PATH: `/nowhere:${path.dirname(onPath)}` };
  assert.deepEqual(await findBinary(place({ setting: set, extensionFolder, env })), {
    path: set,
    origin: "setting",
    version: "0.1.1",
  });
  assert.deepEqual(await findBinary(place({ extensionFolder, env })), {
    path: bundled,
    origin: "bundled",
    version: "0.1.2",
  });
  assert.deepEqual(await findBinary(place({ env })), { path: onPath, origin: "path", version: "0.1.3" });
  assert.deepEqual(await findBinary(place({})), { kind: "missing" });
});

test("a program that was set is never replaced by another", { skip }, async () => {
  const env = { PATH: path.dirname(program("bin2", "session-memory 0.1.0")) };
  const gone = path.join(root, "gone");
  assert.deepEqual(await findBinary(place({ setting: gone, env })), { kind: "notThere", path: gone });
  assert.deepEqual(await findBinary(place({ setting: "bin/session-memory", env })), {
    kind: "notAbsolute",
    path: "bin/session-memory",
  });
  const locked = program("locked", "session-memory 0.1.0", 0o644);
  assert.deepEqual(await findBinary(place({ setting: locked, env })), { kind: "notThere", path: locked });
});

test("another version and another program are told apart", { skip }, async () => {
  const newer = program("newer", "session-memory 0.2.0");
  assert.deepEqual(await findBinary(place({ setting: newer })), {
    kind: "wrongVersion",
    path: newer,
    origin: "setting",
    version: "0.2.0",
  });
  const other = program("other", "hello");
  const found = await findBinary(place({ setting: other }));
  assert.deepEqual(found, { kind: "notOurs", path: other, origin: "setting", detail: "hello" });
});

test("folders of PATH that are not absolute would be the workspace's and are left out", () => {
  const folders = searchPath({ env: { PATH: ".:bin::/usr/bin" }, platform: "linux", home: "/home/me" });
  assert.deepEqual(folders, ["/usr/bin", "/home/me/.cargo/bin"]);
});
