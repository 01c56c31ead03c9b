// What the commands and views work with, and how a command runs: with a session that was named, or the current one; and with every
// failure told to the user once.

import * as vscode from "vscode";
import type { Lender } from "./chat/lender";
import type { Connection } from "./connection";
import type { Deliveries } from "./deliveries";
import { codeOf, Unavailable, wordsOf } from "./failure";
import { plain } from "./figures";
import { code, type SessionRow } from "./protocol";
import type { Sessions } from "./sessions";
import { tellTrouble } from "./trouble";

export interface App {
  context: vscode.ExtensionContext;
  connection: Connection;
  sessions: Sessions;
  deliveries: Deliveries;
  lender: Lender;
  log: vscode.LogOutputChannel;
}

/** What a command may be called with: nothing, a session's id, or a row of the tree. */
export type Target = string | { session: SessionRow } | undefined;

/** Registers a command. Its failures are told; they never leave as unhandled rejections. */
export function command(app: App, id: string, run: (...args: never[]) => Promise<void>): void {
  const guarded = async (...args: never[]): Promise<void> => {
    try {
      await run(...args);
    } catch (error) {
      tellFailure(app, error);
    }
  };
  app.context.subscriptions.push(vscode.commands.registerCommand(`sessionMemory.${id}`, guarded));
}

/** The session that a command is about; undefined after the user was told that there is none. */
export async function sessionOf(app: App, target: Target): Promise<SessionRow | undefined> {
  if (typeof target === "object") {
    return target.session;
  }
  await app.connection.running();
  if (!app.sessions.isKnown || (typeof target === "string" && app.sessions.find(target) === undefined)) {
    await app.sessions.refresh();
  }
  const session = typeof target === "string" ? app.sessions.find(target) : app.sessions.current;
  if (session === undefined) {
    void tellNone(target);
  }
  return session;
}

/** Tells the user what went wrong and what to do. Cancelling is no failure. */
export function tellFailure(app: App, error: unknown): void {
  if (error instanceof vscode.CancellationError || codeOf(error) === code.cancelled) {
    return;
  }
  app.log.error(wordsOf(error));
  if (error instanceof Unavailable) {
    if (error.problem !== undefined) {
      void tellTrouble(error.problem);
    }
    return;
  }
  if (codeOf(error) === code.unknownSession || codeOf(error) === code.unknownRevision) {
    void app.sessions.refresh();
  }
  void tell(app, explained(error));
}

function explained(error: unknown): string {
  switch (codeOf(error)) {
    case code.unknownSession:
      return vscode.l10n.t("This session does not exist any more: it was forgotten, here or in another window.");
    case code.unknownRevision:
      return vscode.l10n.t("This revision does not exist any more: the session was forgotten and begun anew.");
    case code.providerFailed:
      return vscode.l10n.t(
        "The model could not be asked; the memory was brought up to date without it. {0}",
        wordsOf(error),
      );
    default:
      return `Session Memory: ${wordsOf(error).replace(/^invalid params: \w+: /, "")}`;
  }
}

async function tell(app: App, message: string): Promise<void> {
  const log = vscode.l10n.t("Show Log");
  if ((await vscode.window.showErrorMessage(plain(message), log)) === log) {
    app.log.show();
  }
}

async function tellNone(target: Target): Promise<void> {
  if (typeof target === "string") {
    await vscode.window.showWarningMessage(vscode.l10n.t("There is no session “{0}” in this workspace.", target));
    return;
  }
  if (vscode.workspace.workspaceFolders === undefined) {
    await vscode.window.showInformationMessage(
      vscode.l10n.t("Session Memory needs an open folder: sessions belong to workspace folders."),
    );
    return;
  }
  const attach = vscode.l10n.t("Attach Transcript…");
  const message = vscode.l10n.t(
    "There is no session in this workspace yet. Attach the transcript of an agent to begin.",
  );
  if ((await vscode.window.showInformationMessage(message, attach)) === attach) {
    await vscode.commands.executeCommand("sessionMemory.attachTranscript");
  }
}
