// Commands about the versions of a memory: compare two of them in the editor's own difference view, go back to one.

import * as vscode from "vscode";
import { command, sessionOf, type App, type Target } from "../app";
import { nameOf } from "../current";
import { uriFor } from "../documents";
import { clipped } from "../figures";
import type { RevisionRow, SessionRow } from "../protocol";
import { agoWord, grouped, originWord } from "../words";

/** A row of the tree for a revision. */
export interface RevisionTarget {
  session: SessionRow;
  revision: RevisionRow;
}

export function registerVersions(app: App): void {
  command(app, "showChanges", async (target: Target | RevisionTarget, from?: number, to?: number) => {
    const session = await sessionOf(app, target);
    if (session === undefined) {
      return;
    }
    const wanted = to ?? revisionIn(target)?.revision ?? (from === undefined ? undefined : session.memory.revision);
    const newer = wanted ?? (await choose(app, session, vscode.l10n.t("Show what changed in…")))?.revision;
    if (newer !== undefined) {
      await showDiff(session, from ?? newer - 1, newer);
    }
  });

  command(app, "compareWithNewest", async (target: RevisionTarget) => {
    const { revisions } = await app.connection.request("history", { sessionId: target.session.sessionId });
    const newest = Math.max(...revisions.map(({ revision }) => revision));
    await showDiff(target.session, target.revision.revision, newest);
  });

  command(app, "restoreRevision", async (target: Target | RevisionTarget) => {
    const session = await sessionOf(app, target);
    if (session === undefined) {
      return;
    }
    const chosen = revisionIn(target) ?? (await choose(app, session, vscode.l10n.t("Restore which revision?")));
    if (chosen === undefined) {
      return;
    }
    const { sessionId } = session;
    const restored = await app.sessions.during(sessionId, () =>
      app.connection.request("restore", { sessionId, revision: chosen.revision }),
    );
    const show = vscode.l10n.t("Show What Changed");
    const message = vscode.l10n.t(
      "Revision {0} stands again, as revision {1}; your own lines of both were kept.",
      chosen.revision,
      restored.revision,
    );
    void vscode.window
      .showInformationMessage(message, show)
      .then((answer) => (answer === show ? showDiff(session, restored.revision - 1, restored.revision) : undefined));
  });
}

function revisionIn(target: Target | RevisionTarget): RevisionRow | undefined {
  return typeof target === "object" && "revision" in target ? target.revision : undefined;
}

async function showDiff(session: SessionRow, from: number, to: number): Promise<void> {
  const side = (revision: number): vscode.Uri => uriFor({ kind: "revision", sessionId: session.sessionId, revision });
  const title = vscode.l10n.t("{0}: revision {1} and {2}", clipped(nameOf(session), 40), from, to);
  await vscode.commands.executeCommand("vscode.diff", side(from), side(to), title, { preview: true });
}

/** Lets the user choose one of the versions, the newest first. */
async function choose(app: App, session: SessionRow, placeHolder: string): Promise<RevisionRow | undefined> {
  const { revisions } = await app.connection.request("history", { sessionId: session.sessionId });
  if (revisions.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "There is no memory of “{0}” yet: it is made once the conversation is long enough, or by Refresh Now.",
        nameOf(session),
      ),
    );
    return undefined;
  }
  const items = [...revisions].sort((a, b) => b.revision - a.revision).map((row) => ({ ...labels(row), row }));
  return (await vscode.window.showQuickPick(items, { title: nameOf(session), placeHolder, matchOnDescription: true }))
    ?.row;
}

/** A version as lists show it. */
export function labels(row: RevisionRow): { label: string; description: string } {
  const changes = `+${String(row.addedLines)} −${String(row.removedLines)}`;
  const size = vscode.l10n.t("{0} tokens", grouped(row.tokens));
  return {
    label: vscode.l10n.t("Revision {0}", row.revision),
    description: [
      changes,
      originWord(row.origin),
      row.source === "model" ? vscode.l10n.t("by a model") : "",
      size,
      agoWord(row.at),
    ]
      .filter((part) => part !== "")
      .join(" · "),
  };
}
