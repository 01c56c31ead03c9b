// One scenario: a profile, an editor, a window and the feeder of its own. Afterwards everything has to be gone, and nobody may have
// complained: an unhandled rejection or a server that is left behind fails it as much as a wrong result.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { startEditor } from "./editor.mjs";
import { connectFeeder } from "./feeder.mjs";
import { sample } from "./places.mjs";
import { makeProfile } from "./profile.mjs";
import { until } from "./until.mjs";
import { openWindow } from "./window.mjs";

export function scenario(name, options, play) {
  test(name, { timeout: 240_000, skip: options.skip ?? false }, async () => {
    const profile = makeProfile(options);
    const stage = { profile, folder: profile.folders[0] };
    /** Opens the window anew, and waits until all that happens then has happened. */
    stage.reload = async () => {
      // What extensions keep reaches the window's storage a moment later.
      await stage.feeder.call("lagQuiet");
      stage.feeder.close();
      await stage.window.load();
      stage.feeder = await connectFeeder(profile);
      await stage.feeder.call("lagQuiet");
    };
    try {
      await options.before?.(profile);
      stage.editor = await startEditor(profile, { ...options.editor, env: options.env?.(profile) });
      stage.window = await openWindow(profile, stage.editor, options.open?.(profile));
      await stage.window.load();
      stage.feeder = await connectFeeder(profile);
      await play(stage);
      await stage.window.close();
      await stage.editor.stop();
      const unexpected = stage.window.complaints().filter((text) => options.expects?.test(text) !== true);
      assert.deepEqual(unexpected, []);
    } catch (error) {
      await stage.window?.screenshot(`failed ${name}`).catch(() => undefined);
      stage.window?.keepErrors(`failed ${name}`);
      throw error;
    } finally {
      stage.feeder?.close();
      await stage.window?.close().catch(() => undefined);
      profile.remove();
    }
  });
}

/** Opens a session and replays the first events of the sample. */
export async function begin(stage, id, events, options = {}) {
  await stage.feeder.call("open", id, { agent: "feeder", contextLimit: 48_000, ...options });
  return stage.feeder.call("replay", id, sample, 0, events);
}

/** Waits until the status bar shows what an answer to an event tells; the percentage. */
export async function shown(window, { contextTokens, contextLimit }) {
  const wanted = Math.floor((contextTokens * 100) / contextLimit);
  await until(`the status bar shows ${wanted}%`, async () => (await window.percent()) === wanted);
  return wanted;
}

/** The memory file of a session. */
export function memoryFile(folder, id) {
  return path.join(folder, ".session-memory", id, "session-memory.md");
}

/** Waits until the memory of a session has a text in it, on disk. */
export function inMemory(folder, id, text) {
  return until(`"${text}" is in the memory of ${id}`, () =>
    readFileSync(memoryFile(folder, id), "utf8").includes(text),
  );
}
