// Documents that the server has and no file holds: revisions, events, explanations. They are read-only, never change, and are
// asked for when an editor shows them.

import * as vscode from "vscode";
import type { App } from "./app";
import { eventText } from "./event-text";
import { withoutFront } from "./figures";

const SCHEME = "session-memory";

export type Virtual =
  | { kind: "revision"; sessionId: string; revision: number }
  | { kind: "event"; sessionId: string; seq: number }
  | { kind: "explain"; sessionId: string; compaction: number };

/** The address of a document; its last part is what the tab shows. */
export function uriFor(what: Virtual): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/${encodeURIComponent(what.sessionId)}/${name(what)}`,
    query: JSON.stringify(what),
  });
}

/** Opens a document in an editor. */
export async function showDocument(what: Virtual): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uriFor(what));
  await vscode.window.showTextDocument(document, { preview: true });
}

export function registerDocuments(app: App): void {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: (uri, token) => content(app, JSON.parse(uri.query) as Virtual, token),
  };
  app.context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider));
}

function name(what: Virtual): string {
  switch (what.kind) {
    case "revision":
      return what.revision === 0 ? "nothing.md" : `revision-${String(what.revision)}.md`;
    case "event":
      return `event-${String(what.seq)}.md`;
    case "explain":
      return `compaction-${String(what.compaction)}.txt`;
  }
}

async function content(app: App, what: Virtual, token: vscode.CancellationToken): Promise<string> {
  const { sessionId } = what;
  switch (what.kind) {
    case "revision":
      // Nothing was before the first revision.
      return what.revision === 0 ? "" : withoutFront(await memory(app, what, token));
    case "event": {
      const { events } = await app.connection.request(
        "events",
        { sessionId, fromSeq: what.seq, toSeq: what.seq },
        token,
      );
      return eventText(events[0], what.seq);
    }
    case "explain":
      return (await app.connection.request("explain", { sessionId, compaction: what.compaction }, token)).summary;
  }
}

async function memory(
  app: App,
  what: Virtual & { kind: "revision" },
  token: vscode.CancellationToken,
): Promise<string> {
  const { sessionId, revision } = what;
  return (await app.connection.request("memory", { sessionId, revision }, token)).markdown;
}
