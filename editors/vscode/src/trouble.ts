// Says why there is no server, and offers what mends it.

import * as vscode from "vscode";
import type { Origin } from "./binary";
import type { Problem } from "./connection";
import { plain } from "./figures";

/** Shows the reason with buttons and does what the user chooses. */
export async function tellTrouble(problem: Problem): Promise<void> {
  const buttons = new Map<string, () => Thenable<unknown>>();
  const offer = (title: string, command: string, ...args: unknown[]): void => {
    buttons.set(title, () => vscode.commands.executeCommand(command, ...args));
  };
  if (problem.kind !== "dies" && problem.kind !== "notStarted") {
    // In a remote window the server's settings are those of the remote machine, which have a page of their own.
    const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
    offer(vscode.l10n.t("Choose the Program"), `workbench.action.${page}`, { query: "sessionMemory.server.path" });
  }
  if (problem.kind === "missing") {
    offer(vscode.l10n.t("How to Install"), "sessionMemory.openWalkthrough");
  }
  offer(vscode.l10n.t("Start Again"), "sessionMemory.restartServer");
  if (problem.kind === "dies" || problem.kind === "notStarted" || problem.kind === "notOurs") {
    offer(vscode.l10n.t("Show Log"), "sessionMemory.showLog");
  }
  const chosen = await vscode.window.showErrorMessage(plain(wordsFor(problem)), ...buttons.keys());
  if (chosen !== undefined) {
    await buttons.get(chosen)?.();
  }
}

function wordsFor(problem: Problem): string {
  const own = extensionVersion();
  switch (problem.kind) {
    case "missing":
      return vscode.l10n.t(
        "Session Memory has no server for this machine: none came with the extension and `session-memory` is not on PATH. Install it with `cargo install`, or name the program in the settings.",
      );
    case "notThere":
      return vscode.l10n.t(
        "The setting sessionMemory.server.path names {0}, which is not there or cannot be executed. Correct the setting, or empty it to use the server that comes with the extension.",
        problem.path,
      );
    case "notAbsolute":
      return vscode.l10n.t(
        "The setting sessionMemory.server.path is “{0}”; an absolute path is needed, such as /usr/local/bin/session-memory.",
        problem.path,
      );
    case "notOurs":
      return vscode.l10n.t(
        "{0} ({1}) does not answer `--version` as session-memory does: {2}",
        problem.path,
        originWords(problem.origin),
        problem.detail,
      );
    case "wrongVersion":
      return vscode.l10n.t(
        "{0} ({1}) is version {2}; this extension ({3}) needs a server of version {4}. Install that one, or the extension of the server's version.",
        problem.path,
        originWords(problem.origin),
        problem.version,
        own,
        `${own.split(".").slice(0, 2).join(".")}.x`,
      );
    case "notStarted":
      return vscode.l10n.t("The Session Memory server {0} could not be started: {1}", problem.path, problem.detail);
    case "dies":
      return vscode.l10n.t(
        "The Session Memory server ended several times in a row ({0}) and is not started again. What was acknowledged is stored; the rest is sent once it runs.",
        problem.detail,
      );
  }
}

function originWords(origin: Origin): string {
  switch (origin) {
    case "setting":
      return vscode.l10n.t("from the settings");
    case "bundled":
      return vscode.l10n.t("from the extension");
    case "path":
      return vscode.l10n.t("from PATH");
  }
}

function extensionVersion(): string {
  const own = vscode.extensions.getExtension("session-memory.session-memory");
  return String((own?.packageJSON as { version?: unknown } | undefined)?.version);
}
