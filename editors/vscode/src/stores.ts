// The stores of the workspace folders. A folder with a store has sessions and gets a server; one without costs one short run of the
// program, which looks and changes nothing (`doctor`), and gets a server with its first message, or where an agent is at work in it.
// What hooks and other windows store is told by the store's file: the server has no message for it.

import { execFile } from "node:child_process";
import { watch } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Appears } from "./appears";
import { locate } from "./binary";
import { own } from "./configuration";
import type { Connection } from "./connection";
import { Gather } from "./gather";
import { placeOf, type Surroundings } from "./launch";
import type { Sessions } from "./sessions";
import { findingsOf, isAtWork } from "./stores-found";

/** Longest time that the program may look. */
const PATIENCE = 15_000;
/** An agent at work stores many times a second; this is often enough to be read, in milliseconds. */
const PACE = 500;
/** Made with the first memory of a folder. */
const FIRST = path.join(".session-memory", ".gitignore");

export class Stores implements vscode.Disposable {
  private readonly gather = new Gather(() => this.sessions.refresh(), PACE);
  private readonly garbage: vscode.Disposable[];
  private watches: { dispose(): void }[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly sessions: Sessions,
    private readonly around: Surroundings,
  ) {
    this.garbage = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.look()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("sessionMemory.server")) {
          void this.look();
        }
      }),
    ];
    void this.look();
  }

  dispose(): void {
    this.forget();
    this.gather.stop();
    vscode.Disposable.from(...this.garbage).dispose();
  }

  private async look(): Promise<void> {
    this.forget();
    const watches = this.watches;
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      if (uri.scheme === "file") {
        await this.lookAt(uri.fsPath, watches);
      }
    }
  }

  private async lookAt(folder: string, watches: { dispose(): void }[]): Promise<void> {
    const wake = (): void => {
      this.connection.wake(`there are sessions in ${folder}`);
    };
    watches.push(new Appears(path.join(folder, FIRST), wake));
    const program = await locate(placeOf(this.around));
    if ("kind" in program) {
      // Whoever asks for something is told.
      this.around.log.info(`no server was found: ${program.kind}`);
      return;
    }
    const found = findingsOf(await this.ask(program.path, folder));
    if (found === undefined || watches !== this.watches) {
      return;
    }
    if (isAtWork(found, own<string>("attach", ""))) {
      this.connection.wake(`an agent is at work in ${folder}`);
    }
    // A conversation has no memory at its beginning; it is in the store from its first message on.
    const store = new Appears(found.store.path, () => {
      wake();
      watches.push(this.watchStore(found.store.path));
    });
    watches.push(store);
  }

  private ask(program: string, folder: string): Promise<string> {
    const env = { ...process.env, ...this.around.extraEnv() };
    const options = { timeout: PATIENCE, windowsHide: true, env };
    return new Promise((resolve) => {
      // It exits with 1 where it found something to do.
      execFile(program, ["doctor", "--json", "--workspace", folder], options, (_, stdout) => {
        resolve(stdout);
      });
    });
  }

  private watchStore(file: string): { dispose(): void } {
    const changed = (_: string, name: string | null): void => {
      if (name?.startsWith(path.basename(file)) !== false) {
        void this.gather.ask();
      }
    };
    try {
      const watcher = watch(path.dirname(file), { persistent: false }, changed);
      watcher.on("error", (error) => {
        this.around.log.warn(`${file}: ${String(error)}`);
        watcher.close();
      });
      return {
        dispose: () => {
          watcher.close();
        },
      };
    } catch (error) {
      this.around.log.warn(`${file}: ${String(error)}`);
      return { dispose: () => undefined };
    }
  }

  private forget(): void {
    this.watches.forEach((watched) => {
      watched.dispose();
    });
    this.watches = [];
  }
}
