// Which transcript shall be attached, and for which folder: one of those that the server finds here, or any file; followed, or read once.

import { stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { App } from "../app";
import { clipped, plain } from "../figures";
import type { FoundRow } from "../protocol";
import { agoWord } from "../words";

export interface Transcript {
  path: string;
  workspaceFolder: string;
  follow: boolean;
}

/** Room of a title in the list, before the words behind it. */
const LABEL = 60;

/** Undefined where the user chose nothing. */
export async function chooseTranscript(app: App): Promise<Transcript | undefined> {
  const folder = await chooseFolder();
  const workspaceFolder = folder?.uri.toString();
  if (folder === undefined || workspaceFolder === undefined) {
    return undefined;
  }
  const file = await chooseFound(app, workspaceFolder);
  const chosen = file === "another" ? await chooseFile(folder) : file;
  const follow = chosen === undefined ? undefined : await chooseFollow(chosen);
  return chosen === undefined || follow === undefined ? undefined : { path: chosen, workspaceFolder, follow };
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

/** What agents have here, the newest first; where there is nothing, the user chooses a file at once. */
async function chooseFound(app: App, workspaceFolder: string): Promise<string | undefined> {
  const { sessions } = await app.connection.request("discover", { workspaceFolder });
  if (sessions.length === 0) {
    return "another";
  }
  const another = { label: `$(folder-opened) ${vscode.l10n.t("Choose a File…")}`, path: "another" };
  const title = vscode.l10n.t("Attach Transcript");
  const placeHolder = vscode.l10n.t("Conversations of agents in this folder");
  const options = { title, placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick([...sessions.map(item), another], options))?.path;
}

function item(found: FoundRow): vscode.QuickPickItem & { path: string } {
  const state = found.attached ? vscode.l10n.t("its memory is kept already") : "";
  return {
    label: clipped(plain(found.title ?? found.sessionId), LABEL),
    description: [found.agent, agoWord(found.modifiedAt), state].filter((part) => part !== "").join(" · "),
    detail: found.path,
    path: found.path,
  };
}

async function chooseFile(folder: vscode.WorkspaceFolder): Promise<string | undefined> {
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
  return files?.[0]?.fsPath;
}

async function chooseFollow(file: string): Promise<boolean | undefined> {
  const follow = {
    label: `$(eye) ${vscode.l10n.t("Keep following it")}`,
    detail: vscode.l10n.t("New messages are taken in, also when this folder is opened again."),
    follow: true,
  };
  const once = { label: `$(file) ${vscode.l10n.t("Read it once")}`, follow: false };
  return (await vscode.window.showQuickPick([follow, once], { title: path.basename(file) }))?.follow;
}
