// "Set Model API Key": keys live in the editor's secret storage and go to the server at its start, never into a setting or a file.

import * as vscode from "vscode";
import { command, type App } from "../app";
import { secretName, type Provider } from "../configuration";

export function registerApiKey(app: App): void {
  command(app, "setApiKey", async () => {
    const providers: (vscode.QuickPickItem & { provider: Provider })[] = [
      { label: "Anthropic", provider: "anthropic" },
      { label: "OpenAI", description: vscode.l10n.t("or any server that speaks Chat Completions"), provider: "openai" },
    ];
    const title = vscode.l10n.t("Set Model API Key");
    const chosen = await vscode.window.showQuickPick(providers, { title });
    if (chosen === undefined) {
      return;
    }
    const { secrets } = app.context;
    const name = secretName(chosen.provider);
    const isSet = (await secrets.get(name)) !== undefined;
    const key = await vscode.window.showInputBox({
      title,
      password: true,
      ignoreFocusOut: true,
      prompt: isSet
        ? vscode.l10n.t("A key is stored. A new one replaces it; nothing removes it.")
        : vscode.l10n.t("It is kept in the secret storage of this editor."),
    });
    if (key === undefined) {
      return;
    }
    await (key.trim() === "" ? secrets.delete(name) : secrets.store(name, key.trim()));
  });

  // Also where another window has changed it.
  app.context.subscriptions.push(
    app.context.secrets.onDidChange(({ key }) => {
      if (key.startsWith("sessionMemory.key.")) {
        app.connection.renew("a key was changed");
      }
    }),
  );
}
