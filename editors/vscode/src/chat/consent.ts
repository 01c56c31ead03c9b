// Whether the user lets a model of this editor be asked, and which one. The model is a setting of the user's; that it may be asked is
// kept for this user, for exactly that model, and taken back at any time.

import * as vscode from "vscode";
import { own } from "../configuration";
import { grouped } from "../words";
import { nameOfModel } from "./lending";

const AGREED = "sessionMemory.editorModel";

interface Agreement {
  model: string;
  allowed: boolean;
}

export class Consent {
  private asking: Promise<string | undefined> | undefined;

  constructor(private readonly memento: vscode.Memento) {}

  /** The model that the setting names; empty where it names none. */
  get wanted(): string {
    return own<string>("editorModel", "").trim();
  }

  /** What the user said of the model that is wanted now; undefined where they were not asked. */
  get said(): boolean | undefined {
    const agreement = this.memento.get<Agreement>(AGREED);
    return agreement?.model === this.wanted ? agreement.allowed : undefined;
  }

  /** The model that may be asked, after a question to the user where there was none yet. */
  async model(models: readonly vscode.LanguageModelChat[]): Promise<string | undefined> {
    if (this.said === undefined) {
      // Requests that come while the user reads wait for the same answer.
      this.asking ??= this.ask(models).finally(() => {
        this.asking = undefined;
      });
      return this.asking;
    }
    return this.said && this.wanted !== "" ? this.wanted : undefined;
  }

  /** Lets the user choose a model and agree to it. Undefined: everything is as before. */
  async choose(models: readonly vscode.LanguageModelChat[]): Promise<string | undefined> {
    const items = [...new Map(models.map((model) => [nameOfModel(model), model])).entries()].map(([name, model]) => ({
      label: model.name,
      description: name === this.wanted && this.said === true ? `${name} · ${vscode.l10n.t("current")}` : name,
      detail: vscode.l10n.t("takes {0} tokens", grouped(model.maxInputTokens)),
      name,
    }));
    const title = vscode.l10n.t("Which model of this editor may write the memory?");
    const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, ignoreFocusOut: true });
    return chosen !== undefined && (await this.agree(chosen.name)) ? chosen.name : undefined;
  }

  /** Takes it back. */
  async revoke(): Promise<void> {
    await this.keep(this.wanted, false);
  }

  private async ask(models: readonly vscode.LanguageModelChat[]): Promise<string | undefined> {
    const model = this.wanted === "" ? await this.begin(models) : await this.confirm(this.wanted, models);
    if (model === undefined) {
      await this.keep(this.wanted, false);
    }
    return model;
  }

  /** No model is named yet. */
  private async begin(models: readonly vscode.LanguageModelChat[]): Promise<string | undefined> {
    const choose = vscode.l10n.t("Choose a Model…");
    const question = vscode.l10n.t("May a model of this editor write the memory of your agent's conversations?");
    const answer = await vscode.window.showInformationMessage(question, { modal: true, detail: terms() }, choose);
    return answer === choose ? this.choose(models) : undefined;
  }

  private async confirm(model: string, models: readonly vscode.LanguageModelChat[]): Promise<string | undefined> {
    const another = vscode.l10n.t("Choose Another Model…");
    const answer = await this.question(model, another);
    if (answer === another) {
      return this.choose(models);
    }
    return answer === undefined ? undefined : this.take(model);
  }

  private async agree(model: string): Promise<boolean> {
    const isAllowed = (await this.question(model)) !== undefined;
    if (isAllowed) {
      await this.take(model);
    }
    return isAllowed;
  }

  private async question(model: string, ...more: string[]): Promise<string | undefined> {
    const question = vscode.l10n.t("May {0} be asked in the background to write the memory?", model);
    const allow = vscode.l10n.t("Allow");
    return vscode.window.showInformationMessage(question, { modal: true, detail: terms() }, allow, ...more);
  }

  private async take(model: string): Promise<string> {
    await this.keep(model, true);
    if (this.wanted !== model) {
      await vscode.workspace
        .getConfiguration("sessionMemory")
        .update("editorModel", model, vscode.ConfigurationTarget.Global);
    }
    return model;
  }

  private async keep(model: string, allowed: boolean): Promise<void> {
    const agreement: Agreement = { model, allowed };
    await this.memento.update(AGREED, agreement);
  }
}

function terms(): string {
  return vscode.l10n.t(
    "The text of conversations goes to the provider of this model, with secrets taken out. Requests are made without you asking for each, and count as your use of the model. You can take this back at any time: “Session Memory: Stop Lending the Editor's Model”.",
  );
}
