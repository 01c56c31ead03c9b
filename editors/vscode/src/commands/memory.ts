// Commands about the memory as it stands: open it, bring it up to date, tell what a compaction did, forget it all.

import * as vscode from "vscode";
import { command, sessionOf, type App, type Target } from "../app";
import { nameOf, newestFirst } from "../current";
import { showDocument } from "../documents";
import { clipped } from "../figures";
import type { SessionRow } from "../protocol";
import { folderOf } from "../sessions";
import { withProgress } from "../progress";
import { agoWord, pressureWord } from "../words";

/** A longer title would push out the folder. */
const LABEL = 48;

export function registerMemory(app: App): void {
  command(app, "openMemory", async (target: Target, line?: number) => {
    const session = await sessionOf(app, target);
    if (session === undefined) {
      return;
    }
    // Asking for it puts a file that was deleted back.
    const { uri } = await app.connection.request("memory", { sessionId: session.sessionId });
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    const at = new vscode.Position(line ?? 0, 0);
    await vscode.window.showTextDocument(document, line === undefined ? {} : { selection: new vscode.Range(at, at) });
  });

  command(app, "refreshNow", async (target: Target) => {
    const session = await sessionOf(app, target);
    if (session !== undefined) {
      await refresh(app, session);
    }
  });

  command(app, "switchSession", async () => {
    await app.connection.running();
    await app.sessions.refresh();
    const { current, all } = app.sessions;
    const items = newestFirst(all).map((session) => ({
      label: clipped(nameOf(session), LABEL),
      description: [folderOf(session), session === current ? vscode.l10n.t("current") : "", session.agent]
        .filter(Boolean)
        .join(" · "),
      detail: `${agoWord(session.lastEventAt)} · ${vscode.l10n.t("pressure {0}", pressureWord(session.pressure))} · ${session.sessionId}`,
      session,
    }));
    if (items.length === 0) {
      await sessionOf(app, undefined);
      return;
    }
    const options = { title: vscode.l10n.t("Switch Session"), matchOnDescription: true, matchOnDetail: true };
    const chosen = await vscode.window.showQuickPick(items, options);
    if (chosen !== undefined) {
      await app.sessions.choose(chosen.session.sessionId);
    }
  });

  // Where there was no compaction the server says so, and that is what the user reads.
  command(app, "explainCompaction", async (target: Target) => {
    const session = await sessionOf(app, target);
    if (session !== undefined) {
      const { compaction } = await app.connection.request("explain", { sessionId: session.sessionId });
      await showDocument({ kind: "explain", sessionId: session.sessionId, compaction });
    }
  });

  command(app, "forgetSession", async (target: Target) => {
    const session = await sessionOf(app, target);
    if (session === undefined) {
      return;
    }
    const forget = vscode.l10n.t("Forget");
    const detail = vscode.l10n.t("Every event, every revision and the memory file are deleted. This cannot be undone.");
    const question = vscode.l10n.t("Forget “{0}”?", nameOf(session));
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, forget)) === forget) {
      await app.sessions.during(session.sessionId, () =>
        app.connection.request("forget", { sessionId: session.sessionId }),
      );
    }
  });
}

async function refresh(app: App, session: SessionRow): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Bringing the memory up to date"),
    cancellable: true,
  };
  const answer = await vscode.window.withProgress(options, (progress, token) =>
    app.sessions.during(session.sessionId, () =>
      withProgress(app.connection, progress, (workDoneToken) =>
        app.connection.request("refresh", { sessionId: session.sessionId, workDoneToken }, token),
      ),
    ),
  );
  const message = answer.changed
    ? vscode.l10n.t("The memory is up to date: revision {0}.", answer.revision)
    : vscode.l10n.t("The memory was up to date already.");
  vscode.window.setStatusBarMessage(message, 5_000);
}
