// The item in the status bar: how full the context of the current session is, how the memory stands, and what can be done about
// it. Hidden where there is no session and no trouble.

import * as vscode from "vscode";
import type { Lender, Lent } from "./chat/lender";
import type { Connection } from "./connection";
import { nameOf } from "./current";
import { clipped, escaped, percentOf } from "./figures";
import type { SessionRow } from "./protocol";
import { folderOf, type Sessions } from "./sessions";
import { agoWord, contextWords, costWord, freshnessWord, grouped, lentWord } from "./words";

const LINKS = [
  "sessionMemory.compactNow",
  "sessionMemory.openMemory",
  "sessionMemory.showDashboard",
  "sessionMemory.showChanges",
  "sessionMemory.refreshNow",
  "sessionMemory.searchConversation",
  "sessionMemory.switchSession",
];

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "sessionMemory.status",
    vscode.StatusBarAlignment.Right,
    90,
  );
  private readonly garbage: vscode.Disposable[];

  constructor(
    private readonly connection: Connection,
    private readonly sessions: Sessions,
    private readonly lender: Lender,
  ) {
    this.item.name = "Session Memory";
    const show = (): void => {
      this.show();
    };
    this.garbage = [this.item, sessions.onDidChange(show), lender.onDidChange(show), connection.onDidChangeState(show)];
    this.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.garbage).dispose();
  }

  private show(): void {
    const session = this.sessions.current;
    if (this.connection.state.name === "off") {
      this.showTrouble();
    } else if (session === undefined) {
      this.item.hide();
    } else {
      this.showSession(session);
    }
  }

  private showTrouble(): void {
    this.item.text = "$(warning) Session Memory";
    this.item.tooltip = vscode.l10n.t("The Session Memory server is not running. Click to start it again.");
    this.item.command = "sessionMemory.restartServer";
    this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
    this.item.color = undefined;
    this.item.accessibilityInformation = { label: this.item.tooltip, role: "button" };
    this.item.show();
  }

  private showSession(session: SessionRow): void {
    const percent = percentOf(session);
    const icon = this.sessions.isUpdating(session)
      ? "$(sync~spin)"
      : session.memory.freshness === "stale"
        ? "$(history)"
        : "$(notebook)";
    this.item.text = `${icon} ${String(percent)}%`;
    this.item.command = "sessionMemory.openMemory";
    this.item.backgroundColor = background(session);
    this.item.color = session.pressure === "light" ? new vscode.ThemeColor("charts.yellow") : undefined;
    this.item.tooltip = tooltip(session, this.sessions.isUpdating(session), this.lender.lent);
    this.item.accessibilityInformation = {
      label: vscode.l10n.t(
        "Session Memory: context {0} percent full, memory {1}",
        percent,
        freshnessWord(session.memory),
      ),
      role: "button",
    };
    this.item.show();
  }
}

function background(session: SessionRow): vscode.ThemeColor | undefined {
  switch (session.pressure) {
    case "heavy":
      return new vscode.ThemeColor("statusBarItem.errorBackground");
    case "medium":
      return new vscode.ThemeColor("statusBarItem.warningBackground");
    default:
      return undefined;
  }
}

/** Titles come from conversations: they are shown as text and never read as Markdown. */
function tooltip(session: SessionRow, updating: boolean, lent: Lent | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: LINKS };
  text.appendMarkdown(`**${escaped(clipped(nameOf(session), 80))}**\n\n`);
  const { memory } = session;
  const rows = [
    [vscode.l10n.t("Context"), contextWords(session)],
    [
      vscode.l10n.t("Memory"),
      memory.revision === 0
        ? freshnessWord(memory)
        : vscode.l10n.t(
            "revision {0}, {1}, {2} tokens behind",
            memory.revision,
            freshnessWord(memory),
            grouped(memory.behindTokens),
          ),
    ],
    [vscode.l10n.t("Agent"), session.agent ?? ""],
    [vscode.l10n.t("Folder"), folderOf(session) ?? ""],
    [vscode.l10n.t("Last event"), agoWord(session.lastEventAt)],
    [vscode.l10n.t("Model cost"), session.usage === null ? "" : costWord(session.usage.costUsd)],
    [vscode.l10n.t("Editor's model"), lent === undefined ? "" : lentWord(lent)],
  ];
  for (const [name, value] of rows) {
    if (name !== undefined && value !== undefined && value !== "") {
      text.appendMarkdown(`${escaped(`${name}: ${value}`)}  \n`);
    }
  }
  if (updating || memory.deferred) {
    text
      .appendMarkdown(`\n$(sync~spin) `)
      .appendText(updating ? vscode.l10n.t("being updated") : vscode.l10n.t("an update waits for a tool call to end"))
      .appendMarkdown("\n");
  }
  const titles = [
    vscode.l10n.t("Compact"),
    vscode.l10n.t("Open"),
    vscode.l10n.t("Dashboard"),
    vscode.l10n.t("What changed"),
    vscode.l10n.t("Refresh"),
    vscode.l10n.t("Search"),
    vscode.l10n.t("Switch"),
  ];
  text
    .appendMarkdown("\n---\n\n")
    .appendMarkdown(titles.map((title, at) => `[${title}](command:${LINKS[at] ?? ""})`).join(" · "));
  return text;
}
