// The sessions of all workspace folders, as the server lists them. The list is asked for when something happened (a new revision,
// another pressure, a changed file, an answer to one of our own requests) and never on a clock.

import * as vscode from "vscode";
import type { Connection } from "./connection";
import { currentSession, type Choice } from "./current";
import { Gather } from "./gather";
import type { AppendResult, SessionRow } from "./protocol";

const CHOSEN = "sessionMemory.chosenSession";
/** Shortest time between two changes that answers to `append` make, in milliseconds. */
const PACE = 100;

export class Sessions implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly gather = new Gather(() => this.load(), 100);
  private readonly garbage: vscode.Disposable[] = [this.changes];
  private readonly busy = new Map<string, number>();
  private list: readonly SessionRow[] = [];
  private isLoaded = false;
  private timer: NodeJS.Timeout | undefined;

  /** The list, the current session or what is under way has changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly connection: Connection,
    private readonly memento: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const files = vscode.workspace.createFileSystemWatcher("**/.session-memory/*/session-memory.md");
    const ask = (): void => void this.refresh();
    this.garbage.push(
      files,
      files.onDidCreate(ask),
      files.onDidChange(ask),
      files.onDidDelete(ask),
      connection.onDidUpdate(ask),
      connection.onDidChangePressure(ask),
      connection.onDidChangeState((state) => {
        if (state.name === "running") {
          ask();
        } else if (state.name === "off") {
          this.take([]);
        }
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(ask),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const shown = editor?.document.uri.toString();
        const session = this.list.find((known) => uriOf(known).toString() === shown);
        if (session !== undefined) {
          void this.choose(session.sessionId);
        }
      }),
    );
  }

  get all(): readonly SessionRow[] {
    return this.list;
  }

  /** Whether the server has answered: until then nobody knows whether there are sessions. */
  get isKnown(): boolean {
    return this.isLoaded;
  }

  get current(): SessionRow | undefined {
    return currentSession(this.list, this.memento.get<Choice>(CHOSEN));
  }

  find(sessionId: string): SessionRow | undefined {
    return this.list.find((session) => session.sessionId === sessionId);
  }

  /** Asks for the list again; resolves when it is there. */
  refresh(): Promise<void> {
    return this.gather.ask();
  }

  /** The user wants to see this session from now on. */
  async choose(sessionId: string): Promise<void> {
    const choice: Choice = { sessionId, at: Date.now() };
    await this.memento.update(CHOSEN, choice);
    this.changes.fire();
  }

  /** What an answer to `append` tells stands at once; a session that is not in the list yet is asked for. */
  appended(sessionId: string, result: AppendResult | undefined): void {
    const known = this.find(sessionId);
    if (known === undefined || result === undefined) {
      void this.refresh();
      return;
    }
    const { contextTokens, contextLimit, pressure, memory } = result;
    if (memory.updating !== known.memory.updating) {
      void this.refresh();
    }
    const row = { ...known, contextTokens, contextLimit, pressure, memory, lastEventAt: new Date().toISOString() };
    this.list = this.list.map((session) => (session === known ? row : session));
    this.changed();
  }

  /** An agent at work appends many times a second: what is shown follows at a pace that can be read. */
  private changed(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changes.fire();
    }, PACE);
  }

  /** Whether something is being done to a memory, here or in the server. */
  isUpdating(session: SessionRow): boolean {
    return session.memory.updating || this.busy.has(session.sessionId);
  }

  /** Shows a session as busy while a piece of work lasts, and asks for the list afterwards. */
  async during<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    this.busy.set(sessionId, (this.busy.get(sessionId) ?? 0) + 1);
    this.changes.fire();
    try {
      return await work();
    } finally {
      const left = (this.busy.get(sessionId) ?? 1) - 1;
      if (left === 0) {
        this.busy.delete(sessionId);
      } else {
        this.busy.set(sessionId, left);
      }
      this.changes.fire();
      void this.refresh();
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.gather.stop();
    vscode.Disposable.from(...this.garbage).dispose();
  }

  private async load(): Promise<void> {
    if (this.connection.state.name !== "running") {
      return;
    }
    try {
      const { sessions } = await this.connection.request("sessions", {});
      this.take(sessions);
    } catch (error) {
      this.log.warn(`sessions: ${String(error)}`);
    }
  }

  private take(sessions: readonly SessionRow[]): void {
    this.list = sessions;
    this.isLoaded = true;
    void vscode.commands.executeCommand("setContext", "sessionMemory.isEmpty", sessions.length === 0);
    this.changes.fire();
  }
}

/** The memory file of a session. */
export function uriOf(session: Pick<SessionRow, "uri">): vscode.Uri {
  return vscode.Uri.parse(session.uri);
}

/** The workspace folder of a session, where there are several. */
export function folderOf(session: Pick<SessionRow, "uri">): string | undefined {
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  return several ? vscode.workspace.getWorkspaceFolder(uriOf(session))?.name : undefined;
}
