import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { Appears } from "./appears";

function folder(context: TestContext): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "appears-"));
  // Waiting for a file keeps no process alive, but the test is to wait.
  const alive = setInterval(() => undefined, 1000);
  context.after(() => {
    clearInterval(alive);
    rmSync(made, { recursive: true });
  });
  return made;
}

/** Resolves when the file appears. */
function appeared(context: TestContext, file: string): Promise<void> {
  return new Promise((resolve) => {
    const waiting = new Appears(file, resolve);
    context.after(() => {
      waiting.dispose();
    });
  });
}

test("a file is heard of, however much of its path is not there", { timeout: 30_000 }, async (context) => {
  for (const parts of [["file"], ["a", "file"], ["b", "c", "d", "file"]]) {
    const file = path.join(folder(context), ...parts);
    const waiting = appeared(context, file);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(path.join(path.dirname(file), "another"), "");
    writeFileSync(file, "");
    await waiting;
  }
});

test("one that is there is told of at once, and only once", { timeout: 30_000 }, async (context) => {
  const file = path.join(folder(context), "file");
  writeFileSync(file, "");
  let count = 0;
  new Appears(file, () => count++);
  assert.equal(count, 0);
  await Promise.resolve();
  assert.equal(count, 1);
});

test("who does not wait any more hears nothing", { timeout: 30_000 }, async (context) => {
  const root = folder(context);
  const dropped = new Appears(path.join(root, "file"), () => assert.fail("it was dropped"));
  dropped.dispose();
  const after = appeared(context, path.join(root, "last"));
  writeFileSync(path.join(root, "file"), "");
  writeFileSync(path.join(root, "last"), "");
  await after;
});
