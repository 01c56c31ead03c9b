// Waits for a file that is not there yet, in folders that may not be there either: the nearest folder that exists is watched for the next
// part of the path, and nothing else.

import { existsSync, watch, type FSWatcher } from "node:fs";
import path from "node:path";

export class Appears {
  private watcher: FSWatcher | undefined;

  /** `then` is called once, never before the constructor has returned. Where a folder cannot be watched it is never called. */
  constructor(
    private readonly file: string,
    private then: (() => void) | undefined,
  ) {
    this.step();
  }

  dispose(): void {
    this.then = undefined;
    this.watcher?.close();
  }

  private step(): void {
    this.watcher?.close();
    if (existsSync(this.file)) {
      queueMicrotask(() => {
        this.then?.();
        this.then = undefined;
      });
      return;
    }
    let next = this.file;
    let folder = path.dirname(next);
    while (!existsSync(folder) && folder !== path.dirname(folder)) {
      next = folder;
      folder = path.dirname(next);
    }
    try {
      this.watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || name === path.basename(next)) {
          this.step();
        }
      });
      this.watcher.on("error", () => this.watcher?.close());
    } catch {
      return;
    }
    // It may have come between the look and the watch.
    if (existsSync(next)) {
      this.step();
    }
  }
}
