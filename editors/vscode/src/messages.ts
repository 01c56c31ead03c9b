// What the server says and asks in the middle of its work (`window/showMessage`, `window/showMessageRequest`). A question is asked
// once, however often the server is started meanwhile: it is about one conversation, which its words name.

import * as vscode from "vscode";
import { plain } from "./figures";
import { list, object, text } from "./shape";

const ASKED = "sessionMemory.asked";
/** Time for which a question counts as asked: a conversation of another day may have the same words. */
const LONG = 12 * 3_600_000;
/** As the LSP numbers them. */
const [ERROR, WARNING] = [1, 2];

const isMessage = object({ message: text });
const isQuestion = object({ message: text, actions: list(object({ title: text })) });

export class Messages {
  constructor(private readonly memento: vscode.Memento) {}

  show(params: unknown): void {
    if (isMessage(params)) {
      void shower((params as { type?: unknown }).type)(plain(params.message));
    }
  }

  /** The action that the user chose; null where they chose none or were asked before. */
  async ask(params: unknown): Promise<{ title: string } | null> {
    if (!isQuestion(params) || params.message in this.asked) {
      return null;
    }
    const titles = params.actions.map(({ title }) => title);
    const never = titles.includes("Attach") ? [vscode.l10n.t("Never Ask")] : [];
    const chosen = await vscode.window.showInformationMessage(plain(params.message), ...titles, ...never);
    await this.memento.update(ASKED, { ...this.asked, [params.message]: Date.now() });
    if (chosen !== undefined && never.includes(chosen)) {
      const configuration = vscode.workspace.getConfiguration("sessionMemory");
      await configuration.update("attach", "off", vscode.ConfigurationTarget.Global);
    }
    return chosen !== undefined && titles.includes(chosen) ? { title: chosen } : null;
  }

  private get asked(): Record<string, number> {
    const all = Object.entries(this.memento.get<Record<string, number>>(ASKED, {}));
    return Object.fromEntries(all.filter(([, at]) => Date.now() - at < LONG));
  }
}

function shower(type: unknown): (message: string) => Thenable<unknown> {
  switch (type) {
    case ERROR:
      return vscode.window.showErrorMessage;
    case WARNING:
      return vscode.window.showWarningMessage;
    default:
      return vscode.window.showInformationMessage;
  }
}
