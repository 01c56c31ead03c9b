// Commands about lending the editor's model: choose one, take it back. What they change, the server is told.

import * as vscode from "vscode";
import { command, type App } from "../app";
import { own, shared } from "../configuration";

export function registerEditorModel(app: App): void {
  const { consent } = app.lender;
  // The server has given up on the editor's model until something changes.
  const tell = (): void => {
    app.connection.notify("workspace/didChangeConfiguration", { settings: { sessionMemory: shared() } });
  };

  command(app, "chooseEditorModel", async () => {
    const models = await vscode.lm.selectChatModels();
    if (models.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("This editor has no language model. Sign in to one, such as GitHub Copilot, and try again."),
      );
      return;
    }
    const model = await consent.choose(models);
    if (model === undefined) {
      return;
    }
    await setProvider("editor");
    tell();
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} writes the memory from now on.", model));
  });

  command(app, "revokeEditorModel", async () => {
    await consent.revoke();
    if (own<string>("provider", "") === "editor") {
      await setProvider(undefined);
    }
    tell();
    void vscode.window.showInformationMessage(
      vscode.l10n.t("No model of this editor is asked any more. The memory is kept up to date without one."),
    );
  });

  app.context.subscriptions.push(
    vscode.lm.onDidChangeChatModels(() => {
      if (app.lender.lacksModel) {
        tell();
      }
    }),
  );
}

async function setProvider(provider: string | undefined): Promise<void> {
  await vscode.workspace
    .getConfiguration("sessionMemory")
    .update("provider", provider, vscode.ConfigurationTarget.Global);
}
