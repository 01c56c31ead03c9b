// "Install Hooks for an Agent": the agent then tells the server of its conversations by itself. It runs in a terminal, where the
// program shows the change to the agent's settings and asks before it makes it.

import * as vscode from "vscode";
import { command, type App } from "../app";

/** Agents that the program knows, as `session-memory install` names them. */
const AGENTS = [
  ["claude-code", "Claude Code"],
  ["codex", "Codex"],
  ["copilot", "GitHub Copilot"],
  ["gemini", "Gemini CLI"],
  ["cursor", "Cursor"],
  ["cline", "Cline"],
] as const;

export function registerHooks(app: App): void {
  command(app, "installHooks", async () => {
    await app.connection.running();
    const { state } = app.connection;
    if (state.name !== "running") {
      return;
    }
    const items = AGENTS.map(([agent, label]) => ({ label, description: `session-memory install ${agent}`, agent }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t("Install Hooks for an Agent"),
      placeHolder: vscode.l10n.t("You see the change to the agent's settings and are asked before it is made"),
    });
    if (chosen !== undefined) {
      await run(state.path, chosen.agent, chosen.label);
    }
  });
}

/** As a task, whose terminal stays open for reading when the program has ended. No shell reads the program's path. */
async function run(program: string, agent: string, label: string): Promise<void> {
  const task = new vscode.Task(
    { type: "sessionMemory", agent },
    vscode.workspace.workspaceFolders?.[0] ?? vscode.TaskScope.Global,
    vscode.l10n.t("Install Hooks: {0}", label),
    "Session Memory",
    new vscode.ProcessExecution(program, ["install", agent]),
    [],
  );
  task.presentationOptions = { focus: true, panel: vscode.TaskPanelKind.Dedicated, clear: true };
  await vscode.tasks.executeTask(task);
}
