// "Attach Transcript": the server reads the file in which an agent keeps its conversation, and goes on reading it where the user
// wants that. What is followed is attached again after each start of the server; what it knows already it skips.

import { stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { command, type App } from "../app";
import { withProgress } from "../progress";
import { grouped } from "../words";

interface Transcript {
  path: string;
  workspaceFolder: string;
  follow: boolean;
}

export function registerTranscripts(app: App): void {
  const followed = new Map<string, Transcript>();

  command(app, "attachTranscript", async () => {
    const transcript = await choose();
    if (transcript === undefined) {
      return;
    }
    const answer = await attach(app, transcript);
    if (transcript.follow) {
      followed.set(transcript.path, transcript);
    }
    await app.sessions.choose(answer.sessionId);
    await app.sessions.refresh();
    const open = vscode.l10n.t("Open Memory");
    const message = vscode.l10n.t(
      "{0} events were read from {1}.",
      grouped(answer.events),
      path.basename(transcript.path),
    );
    void vscode.window
      .showInformationMessage(message, open)
      .then((chosen) =>
        chosen === open ? vscode.commands.executeCommand("sessionMemory.openMemory", answer.sessionId) : undefined,
      );
  });

  app.context.subscriptions.push(
    app.connection.onDidChangeState((state) => {
      if (state.name !== "running") {
        return;
      }
      for (const { path: file, workspaceFolder, follow } of followed.values()) {
        app.connection.request("import", { path: file, workspaceFolder, follow }).catch((error: unknown) => {
          app.log.warn(`${file} is not followed any more: ${String(error)}`);
          followed.delete(file);
        });
      }
    }),
  );
}

async function choose(): Promise<Transcript | undefined> {
  const folder = await chooseFolder();
  if (folder === undefined) {
    return undefined;
  }
  const usual = vscode.Uri.file(path.join(os.homedir(), ".claude", "projects"));
  const exists = await stat(usual.fsPath).then(
    () => true,
    () => false,
  );
  const files = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Attach Transcript"),
    openLabel: vscode.l10n.t("Attach"),
    filters: { [vscode.l10n.t("Transcripts")]: ["jsonl", "json"], [vscode.l10n.t("All Files")]: ["*"] },
    defaultUri: exists ? usual : folder.uri,
  });
  const file = files?.[0];
  if (file === undefined) {
    return undefined;
  }
  const follow = {
    label: `$(eye) ${vscode.l10n.t("Keep following it")}`,
    detail: vscode.l10n.t("New messages are taken in until this window is closed."),
    follow: true,
  };
  const once = { label: `$(file) ${vscode.l10n.t("Read it once")}`, follow: false };
  const way = await vscode.window.showQuickPick([follow, once], { title: path.basename(file.fsPath) });
  return way === undefined
    ? undefined
    : { path: file.fsPath, workspaceFolder: folder.uri.toString(), follow: way.follow };
}

async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Session Memory needs an open folder: sessions belong to workspace folders."),
    );
  }
  const placeHolder = vscode.l10n.t("Which folder is the conversation about?");
  return folders.length > 1 ? vscode.window.showWorkspaceFolderPick({ placeHolder }) : folders[0];
}

async function attach(app: App, transcript: Transcript): Promise<{ sessionId: string; events: number }> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Reading {0}", path.basename(transcript.path)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) =>
    withProgress(app.connection, progress, (workDoneToken) =>
      app.connection.request("import", { ...transcript, workDoneToken }, token),
    ),
  );
}
