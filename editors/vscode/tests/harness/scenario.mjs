// One scenario: a profile, an editor, a window and the feeder of its own. Afterwards everything has to be gone, and nobody may have
// complained: an unhandled rejection or a server that is left behind fails it as much as a wrong result.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startEditor } from "./editor.mjs";
import { connectFeeder } from "./feeder.mjs";
import { sample } from "./places.mjs";
import { makeProfile } from "./profile.mjs";
import { processesOf } from "./processes.mjs";
import { openWindow } from "./window.mjs";

/** What is in the console only where something of ours went wrong. */
const OURS = /session-?memory|feeder|unhandled|rejected promise/i;

export function scenario(name, options, play) {
  test(name, { timeout: 240_000 }, async () => {
    const profile = makeProfile(options);
    const stage = { profile, folder: profile.folders[0] };
    try {
      await options.before?.(profile);
      stage.editor = await startEditor(profile, options.editor);
      stage.window = await openWindow(profile, stage.editor, options.open?.(profile));
      await stage.window.load();
      stage.feeder = await connectFeeder(profile);
      await play(stage);
      await stage.window.close();
      await stage.editor.stop();
      const complaints = stage.window.errors.filter((text) => OURS.test(text));
      assert.deepEqual(
        complaints.filter((text) => options.expects?.test(text) !== true),
        [],
      );
    } catch (error) {
      await stage.window?.screenshot(`failed ${name}`.replace(/\W+/g, "-")).catch(() => undefined);
      console.error(stage.window?.errors.join("\n"));
      throw error;
    } finally {
      stage.feeder?.close();
      await stage.window?.close().catch(() => undefined);
      processesOf(profile).forEach((id) => process.kill(id, "SIGKILL"));
      profile.remove();
    }
  });
}

/** Opens a session and replays the first events of the sample. */
export async function begin(stage, id, events, options = {}) {
  await stage.feeder.call("open", id, { agent: "feeder", contextLimit: 48_000, ...options });
  return stage.feeder.call("replay", id, sample, 0, events);
}
