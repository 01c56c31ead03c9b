// The view: sessions, and in each the sections of its memory and its versions. What a session holds is asked for when it is opened.

import * as vscode from "vscode";
import type { DocumentSymbol } from "vscode-languageclient";
import { tellFailure, type App } from "./app";
import { labels } from "./commands/versions";
import { nameOf, newestFirst } from "./current";
import { clipped, percentOf } from "./figures";
import type { RevisionRow, SessionRow } from "./protocol";
import { folderOf } from "./sessions";
import { agoWord, contextWords, freshnessWord, originWord } from "./words";

/** A longer label would push out what stands behind it. */
const LABEL = 22;

export type Node =
  | { kind: "session"; session: SessionRow }
  | { kind: "section"; session: SessionRow; name: string; line: number; items: number }
  | { kind: "revisions"; session: SessionRow }
  | { kind: "revision"; session: SessionRow; revision: RevisionRow; isNewest: boolean };

export class Tree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<undefined>();
  private readonly heard: vscode.Disposable;

  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly app: App) {
    this.heard = app.sessions.onDidChange(() => {
      this.changes.fire(undefined);
    });
  }

  dispose(): void {
    this.heard.dispose();
    this.changes.dispose();
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "session":
        return sessionItem(
          node.session,
          node.session === this.app.sessions.current,
          this.app.sessions.isUpdating(node.session),
        );
      case "section":
        return sectionItem(node);
      case "revisions": {
        const item = new vscode.TreeItem(vscode.l10n.t("Revisions"), vscode.TreeItemCollapsibleState.Collapsed);
        item.id = `${node.session.uri} revisions`;
        item.description = String(node.session.memory.revision);
        item.iconPath = new vscode.ThemeIcon("versions");
        return item;
      }
      case "revision":
        return revisionItem(node);
    }
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) {
      // This is asked only where the view can be seen.
      this.app.connection.wake("the view is open");
      return newestFirst(this.app.sessions.all).map((session) => ({ kind: "session", session }));
    }
    try {
      return await this.inside(node);
    } catch (error) {
      tellFailure(this.app, error);
      return [];
    }
  }

  private async inside(node: Node): Promise<Node[]> {
    const { connection } = this.app;
    const { session } = node;
    if (node.kind === "session" && session.memory.revision > 0) {
      const symbols = await connection.ask<DocumentSymbol[] | null>("textDocument/documentSymbol", {
        textDocument: { uri: session.uri },
      });
      const sections = (symbols ?? []).map(({ name, range, children }): Node => {
        return { kind: "section", session, name, line: range.start.line, items: children?.length ?? 0 };
      });
      return [...sections, { kind: "revisions", session }];
    }
    if (node.kind === "revisions") {
      const { revisions } = await connection.request("history", { sessionId: session.sessionId });
      const sorted = [...revisions].sort((a, b) => b.revision - a.revision);
      return sorted.map((revision, at) => ({ kind: "revision", session, revision, isNewest: at === 0 }));
    }
    return [];
  }
}

function sessionItem(session: SessionRow, isCurrent: boolean, isUpdating: boolean): vscode.TreeItem {
  const state =
    session.memory.revision > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(clipped(nameOf(session), LABEL), state);
  item.id = session.uri;
  item.contextValue = "session";
  item.description = [`${String(percentOf(session))} %`, folderOf(session), freshnessWord(session.memory)]
    .filter((part) => part !== undefined)
    .join(" · ");
  item.iconPath = isUpdating
    ? new vscode.ThemeIcon("sync~spin")
    : new vscode.ThemeIcon(isCurrent ? "circle-filled" : "circle-outline", pressureColor(session));
  item.tooltip = [
    nameOf(session),
    session.sessionId,
    contextWords(session),
    session.agent ?? "",
    agoWord(session.lastEventAt),
  ]
    .filter((part) => part !== "")
    .join("\n");
  return item;
}

function pressureColor(session: SessionRow): vscode.ThemeColor | undefined {
  const colors = { low: undefined, light: "charts.yellow", medium: "editorWarning.foreground", heavy: "charts.red" };
  const color = colors[session.pressure];
  return color === undefined ? undefined : new vscode.ThemeColor(color);
}

function sectionItem(node: Node & { kind: "section" }): vscode.TreeItem {
  const item = new vscode.TreeItem(node.name);
  item.id = `${node.session.uri} section ${String(node.line)}`;
  item.contextValue = "section";
  item.description = String(node.items);
  item.iconPath = new vscode.ThemeIcon("symbol-string");
  item.command = {
    command: "sessionMemory.openMemory",
    title: vscode.l10n.t("Open"),
    arguments: [node.session.sessionId, node.line],
  };
  return item;
}

function revisionItem(node: Node & { kind: "revision" }): vscode.TreeItem {
  const { label, description } = labels(node.revision);
  const { addedLines, removedLines, origin } = node.revision;
  const item = new vscode.TreeItem(label);
  item.id = `${node.session.uri} revision ${String(node.revision.revision)}`;
  item.contextValue = node.isNewest ? "newestRevision" : "revision";
  item.description = `+${String(addedLines)} −${String(removedLines)} · ${originWord(origin)}`;
  item.tooltip = [label, ...description.split(" · ")].join("\n");
  item.iconPath = new vscode.ThemeIcon(origin === "user" ? "edit" : "git-commit");
  const { revision } = node.revision;
  item.command = {
    command: "sessionMemory.showChanges",
    title: vscode.l10n.t("Show What Changed"),
    arguments: [node.session.sessionId, revision - 1, revision],
  };
  return item;
}
