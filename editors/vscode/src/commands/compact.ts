// "Compact": the prepared memory and the newest messages go where the user wants them. Into the agent, where its extension, the
// server or another extension can put them there; else to the clipboard or into an editor, from where the user takes them.

import * as vscode from "vscode";
import { command, sessionOf, type App, type Target } from "../app";
import type { Delivery } from "../deliveries";
import { agentWays, goWay } from "../deliveries-agent";
import { plain } from "../figures";
import type { CompactResult, SessionRow } from "../protocol";
import { grouped } from "../words";

type Way = (app: App, session: SessionRow) => Promise<void>;

export function registerCompact(app: App): void {
  command(app, "compactNow", async (target: Target) => {
    const session = await sessionOf(app, target);
    if (session === undefined) {
      return;
    }
    const direct = app.deliveries.inPlace(session);
    const way = direct === undefined ? await chooseWay(app, session) : into(direct);
    await way?.(app, session);
  });
}

type Item = vscode.QuickPickItem & { way: Way };

async function chooseWay(app: App, session: SessionRow): Promise<Way | undefined> {
  const placeHolder = vscode.l10n.t("Where should the compacted conversation go?");
  const options = { title: vscode.l10n.t("Compact"), placeHolder };
  return (await vscode.window.showQuickPick(waysOf(app, session), options))?.way;
}

async function waysOf(app: App, session: SessionRow): Promise<Item[]> {
  const own = await agentWays(app, session);
  return [
    ...own.map(({ way, title }) => ({
      label: `$(arrow-swap) ${plain(title)}`,
      way: (): Promise<void> => goWay(app, session, way),
    })),
    ...app.deliveries
      .offered(session)
      .map((delivery) => ({ label: `$(arrow-swap) ${delivery.label}`, way: into(delivery) })),
    {
      label: `$(copy) ${vscode.l10n.t("Copy to Clipboard")}`,
      description: vscode.l10n.t("paste it into a new conversation"),
      way: copy,
    },
    { label: `$(go-to-file) ${vscode.l10n.t("Open in a New Editor")}`, way: openEditor },
  ];
}

const copy: Way = async (app, session) => {
  const result = await preview(app, session, "markdown");
  if (result !== undefined) {
    await vscode.env.clipboard.writeText(result.markdown ?? "");
    void offerApply(app, session, vscode.l10n.t("Copied: {0}.", sizes(result)));
  }
};

const openEditor: Way = async (app, session) => {
  const result = await preview(app, session, "markdown");
  if (result !== undefined) {
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content: result.markdown ?? "" });
    await vscode.window.showTextDocument(document);
    void offerApply(app, session, vscode.l10n.t("Compacted: {0}.", sizes(result)));
  }
};

/** First the agent gets the messages, then the server hears of it: where the first fails, nothing has changed. */
function into(delivery: Delivery): Way {
  return (app, session) =>
    delivery.alone(async () => {
      const result = await preview(app, session, delivery.format);
      if (result === undefined) {
        return;
      }
      await delivery.deliver(result, session.sessionId);
      await apply(app, session, delivery.format);
      const message = vscode.l10n.t("The agent goes on with the compacted conversation: {0}.", sizes(result));
      void vscode.window.showInformationMessage(message);
    });
}

/** What a compaction would give; undefined after the user was told that nothing would be gained. */
async function preview(app: App, session: SessionRow, format?: Delivery["format"]): Promise<CompactResult | undefined> {
  const result = await app.connection.request("compact", { sessionId: session.sessionId, apply: false, format });
  if (!result.compacted) {
    const reason = result.reason ?? vscode.l10n.t("the conversation is already as small as it gets");
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Nothing to compact: {0}.", plain(reason).replace(/\.$/, "")),
    );
    return undefined;
  }
  for (const warning of result.warnings) {
    app.log.warn(`compact: ${warning}`);
  }
  return result;
}

async function apply(app: App, session: SessionRow, format?: Delivery["format"]): Promise<void> {
  await app.sessions.during(session.sessionId, () =>
    app.connection.request("compact", { sessionId: session.sessionId, format }),
  );
}

/** Only the user knows whether the agent was given the text: until they say so the long conversation counts. */
async function offerApply(app: App, session: SessionRow, message: string): Promise<void> {
  const used = vscode.l10n.t("The Agent Uses It Now");
  if ((await vscode.window.showInformationMessage(message, used)) === used) {
    await apply(app, session, "markdown");
  }
}

function sizes(result: CompactResult): string {
  return vscode.l10n.t("{0} tokens instead of {1}", grouped(result.tokensAfter), grouped(result.tokensBefore));
}
