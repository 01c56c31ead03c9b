// Commands about the server itself, and the commands of the server that this editor does better: a lens that would write its
// answer to a file opens the editor's own list or difference instead.

import * as vscode from "vscode";
import { command, type App } from "../app";

export function registerServer(app: App): void {
  command(app, "restartServer", () => app.connection.restartByHand("the user asked for it"));
  command(app, "showLog", () => {
    app.log.show();
    return Promise.resolve();
  });
  command(app, "openWalkthrough", async () => {
    await vscode.commands.executeCommand(
      "workbench.action.openWalkthrough",
      "session-memory.session-memory#start",
      false,
    );
  });
}

/** Commands of the server that the user may press in a document. */
export async function takeover(name: string, argument: Record<string, unknown>): Promise<boolean> {
  if (argument["show"] !== true) {
    return false;
  }
  const { sessionId, from, to } = argument;
  switch (name) {
    case "sessionMemory.compact":
      await vscode.commands.executeCommand("sessionMemory.compactNow", sessionId);
      return true;
    case "sessionMemory.diff":
      await vscode.commands.executeCommand("sessionMemory.showChanges", sessionId, from, to);
      return true;
    default:
      return false;
  }
}
