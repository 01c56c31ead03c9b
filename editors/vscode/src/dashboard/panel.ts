// The dashboard: an editor that shows the current session as it goes on. It asks the server when something happened, and only while
// it can be seen; what it showed last stays with the page.

import * as vscode from "vscode";
import { command, type App, type Target } from "../app";
import { shared } from "../configuration";
import { Gather } from "../gather";
import type { DidUpdate, SessionRow } from "../protocol";
import { html } from "./html";
import { isFromPage, type Action, type ToPage } from "./messages";
import { viewOf, type Change } from "./view";

const TYPE = "sessionMemory.dashboard";
/** Points of the curve: more than one for three pixels could not be seen. */
const POINTS = 400;
/** Of the server, where no setting says otherwise. */
const LEVELS = [0.7, 0.85, 0.95];

const COMMANDS: Record<Action, string> = {
  compact: "compactNow",
  refresh: "refreshNow",
  openMemory: "openMemory",
  showChanges: "showChanges",
  explain: "explainCompaction",
  search: "searchConversation",
  switchSession: "switchSession",
};

export function registerDashboard(app: App): void {
  let panel: Panel | undefined;
  const show = (made: vscode.WebviewPanel): void => {
    panel = new Panel(app, made, heard);
    made.onDidDispose(() => {
      panel = undefined;
    });
  };
  // What a model took for a revision is told once, also while no dashboard is open.
  const heard = new Map<string, DidUpdate>();
  app.context.subscriptions.push(
    app.connection.onDidUpdate((update) => heard.set(update.sessionId, update)),
    vscode.window.registerWebviewPanelSerializer(TYPE, {
      deserializeWebviewPanel: (made) => {
        show(made);
        return Promise.resolve();
      },
    }),
  );

  command(app, "showDashboard", async (target: Target) => {
    if (target !== undefined) {
      await app.sessions.choose(typeof target === "string" ? target : target.session.sessionId);
    }
    if (panel === undefined) {
      show(vscode.window.createWebviewPanel(TYPE, vscode.l10n.t("Session Memory"), vscode.ViewColumn.Active));
    } else {
      panel.reveal();
    }
  });
}

class Panel {
  private readonly gather = new Gather(() => this.load(), 150);
  private shown: ToPage | undefined;

  constructor(
    private readonly app: App,
    private readonly panel: vscode.WebviewPanel,
    private readonly heard: ReadonlyMap<string, DidUpdate>,
  ) {
    const root = app.context.extensionUri;
    const ask = (): void => {
      if (panel.visible) {
        void this.gather.ask();
      }
    };
    const garbage = [
      app.sessions.onDidChange(ask),
      app.lender.onDidChange(ask),
      app.connection.onDidChangeState(ask),
      panel.onDidChangeViewState(ask),
      panel.webview.onDidReceiveMessage((message: unknown) => this.take(message)),
    ];
    panel.onDidDispose(() => {
      this.gather.stop();
      vscode.Disposable.from(...garbage).dispose();
    });
    panel.iconPath = vscode.Uri.joinPath(root, "media", "icon.svg");
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(root, "dist"), vscode.Uri.joinPath(root, "media")],
    };
    panel.webview.html = html(panel.webview, root);
  }

  reveal(): void {
    this.panel.reveal();
    void this.gather.ask();
  }

  /** The page was made or came back, or a button was pressed. Anything else is not ours. */
  private async take(message: unknown): Promise<void> {
    if (!isFromPage(message)) {
      this.app.log.warn("dashboard: the page sent a message that is none of ours");
    } else if (message.type === "ready") {
      await this.gather.ask();
    } else {
      await vscode.commands.executeCommand(`sessionMemory.${COMMANDS[message.action]}`, ...args(message, this.app));
    }
  }

  private async load(): Promise<void> {
    if (!this.panel.visible) {
      return;
    }
    try {
      await this.post(await this.message());
    } catch (error) {
      this.app.log.warn(`dashboard: ${String(error)}`);
      await this.post({ type: "empty", text: vscode.l10n.t("The session could not be read: {0}", String(error)) });
    }
  }

  private async message(): Promise<ToPage> {
    const { connection, sessions } = this.app;
    if (connection.state.name === "off") {
      return { type: "empty", text: vscode.l10n.t("The Session Memory server is not running.") };
    }
    if (!sessions.isKnown) {
      await connection.running();
      await sessions.refresh();
    }
    const session = sessions.current;
    if (session === undefined) {
      return { type: "empty", text: vscode.l10n.t("There is no session in this workspace yet.") };
    }
    const { sessionId } = session;
    const [timeline, change] = await Promise.all([
      connection.request("timeline", { sessionId, points: POINTS }),
      this.change(session),
    ]);
    const isUpdating = sessions.isUpdating(session);
    return {
      type: "show",
      view: viewOf({ session, isUpdating, timeline, levels: levels(), change, lent: this.app.lender.lent }),
    };
  }

  /** What the newest revision changed: as it was told, or asked for where it is older than this window. */
  private async change({ sessionId, memory: { revision } }: SessionRow): Promise<Change | undefined> {
    const told = this.heard.get(sessionId);
    if (revision === 0 || told?.revision === revision) {
      return told;
    }
    const diff = await this.app.connection.request("diff", { sessionId, from: revision - 1, to: revision });
    return { revision, ...diff };
  }

  private async post(message: ToPage): Promise<void> {
    // Only what is new is worth drawing, and worth being read out.
    if (JSON.stringify(message) !== JSON.stringify(this.shown) || message.type === "empty") {
      this.shown = (await this.panel.webview.postMessage(message)) ? message : undefined;
    }
  }
}

function args({ action, sessionId }: { action: Action; sessionId: string }, app: App): unknown[] {
  switch (action) {
    case "switchSession":
      return [];
    case "showChanges": {
      const revision = app.sessions.find(sessionId)?.memory.revision ?? 1;
      return [sessionId, revision - 1, revision];
    }
    default:
      return [sessionId];
  }
}

function levels(): number[] {
  const set = shared()["pressureLevels"];
  return Array.isArray(set) && set.every((share) => typeof share === "number") ? set : LEVELS;
}
