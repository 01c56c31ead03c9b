// Back into the agent by the server's own ways: it makes ready what the agent takes, and this editor does the last step, in its
// terminal, its panel or its chat; where it cannot, the user reads what to do.

import * as vscode from "vscode";
import type { App } from "./app";
import { plan, type Plan } from "./deliveries-plan";
import { codeOf } from "./failure";
import { plain } from "./figures";
import { code, type DeliverAnswer, type SessionRow } from "./protocol";
import { uriOf } from "./sessions";

export interface AgentWay {
  way: string;
  /** In the server's words. */
  title: string;
}

/** The ways into the agent of a session; none where it is fed by something that is no agent with hooks. */
export async function agentWays(app: App, session: SessionRow): Promise<AgentWay[]> {
  try {
    const { ways } = await app.connection.request("deliver", { sessionId: session.sessionId });
    return ways;
  } catch (error) {
    if (codeOf(error) === code.unknownSession) {
      throw error;
    }
    // The other places are as good as before.
    app.log.warn(`deliver: ${String(error)}`);
    return [];
  }
}

/** Goes one of them. */
export async function goWay(app: App, session: SessionRow, way: string): Promise<void> {
  const { sessionId } = session;
  const answer = await app.sessions.during(sessionId, () => app.connection.request("deliver", { sessionId, way }));
  const terminals = vscode.window.terminals;
  const shells = await Promise.all(terminals.map(({ processId }) => processId));
  const what = plan(answer, { shells, host: process.pid });
  if (answer.failed !== null && what.do !== "nothing") {
    app.log.warn(`deliver: ${answer.failed}`);
    void vscode.window.showWarningMessage(vscode.l10n.t("Another way had to be taken: {0}", plain(answer.failed)));
  }
  await carryOut(what, answer, session, terminals);
}

/** Time between a text and the Enter that sends it (docs/protocol.md). */
const ENTER_MS = 300;

async function carryOut(
  what: Plan,
  answer: DeliverAnswer,
  session: SessionRow,
  terminals: readonly vscode.Terminal[],
): Promise<void> {
  switch (what.do) {
    case "type": {
      const terminal = terminals[what.terminal];
      terminal?.show(true);
      // Enter goes in alone and later: agents take what comes at once for a paste, and Enter in it for a line end.
      terminal?.sendText(what.text.replace(/\r$/, ""), false);
      setTimeout(() => terminal?.sendText("\r", false), ENTER_MS);
      const typed = what.text.trim();
      void vscode.window.showInformationMessage(
        vscode.l10n.t("“{0}” was typed into the terminal “{1}”.", typed, terminal?.name ?? ""),
      );
      return;
    }
    case "open":
      // This editor may be another one of the family, which has an address of its own.
      if (!(await vscode.env.openExternal(vscode.Uri.parse(what.uri).with({ scheme: vscode.env.uriScheme })))) {
        tell(answer);
      }
      return;
    case "newChat":
      try {
        await vscode.commands.executeCommand("workbench.action.chat.newChat");
        await vscode.commands.executeCommand("workbench.action.chat.open");
      } catch {
        tell(answer);
      }
      return;
    case "offer":
      await offer(answer, session, what.command);
      return;
    case "nothing":
    case "tell":
      tell(answer);
  }
}

/** The user says whether the agent is to be started in a terminal. */
async function offer(answer: DeliverAnswer, session: SessionRow, command: string): Promise<void> {
  const run = vscode.l10n.t("Run in a New Terminal");
  if ((await vscode.window.showInformationMessage(plain(answer.tell), run)) === run) {
    const cwd = vscode.workspace.getWorkspaceFolder(uriOf(session))?.uri;
    const terminal = vscode.window.createTerminal({ name: answer.agent, ...(cwd === undefined ? {} : { cwd }) });
    terminal.show();
    terminal.sendText(command);
  }
}

function tell({ tell: text }: DeliverAnswer): void {
  void vscode.window.showInformationMessage(plain(text));
}
