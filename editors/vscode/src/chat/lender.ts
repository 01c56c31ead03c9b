// Lends the editor's model to the server (`sessionMemory/complete`): asks it, within what the user has agreed to, and counts what it
// took, so that background work is seen.

import * as vscode from "vscode";
import { grouped } from "../words";
import { Consent } from "./consent";
import { isRequest, pick, refusal, refusalOf, Refused, type LendAnswer, type LendRequest } from "./lending";

/** What was lent since this window was opened. */
export interface Lent {
  model: string;
  requests: number;
  failures: number;
  inputTokens: number;
  outputTokens: number;
}

export class Lender implements vscode.Disposable {
  readonly consent: Consent;
  private readonly changes = new vscode.EventEmitter<void>();
  private counted: Lent | undefined;
  private lacked = false;

  /** The counts have changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    memento: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.consent = new Consent(memento);
  }

  /** Undefined where nothing was asked. */
  get lent(): Lent | undefined {
    return this.counted;
  }

  /** A request could not be served because there was no model; models that come later are worth another try. */
  get lacksModel(): boolean {
    return this.lacked;
  }

  dispose(): void {
    this.changes.dispose();
  }

  /** Answers a request of the server. Rejects with a `Refused`. */
  async complete(params: unknown, token: vscode.CancellationToken): Promise<LendAnswer> {
    try {
      return await this.answer(params, token);
    } catch (error) {
      const refused = token.isCancellationRequested
        ? new Refused(refusal.cancelled, "nobody waits for the answer any more")
        : refusalOf(error);
      this.log.warn(`the editor's model: ${refused.message}`);
      throw refused;
    }
  }

  private async answer(params: unknown, token: vscode.CancellationToken): Promise<LendAnswer> {
    if (!isRequest(params)) {
      throw new Refused(-32602, "system, messages and maxTokens are needed");
    }
    const models = await vscode.lm.selectChatModels();
    this.lacked = models.length === 0;
    if (this.lacked) {
      throw new Refused(refusal.noModel, "this editor has no language model; sign in to one, or set another provider");
    }
    const name = await this.consent.model(models);
    if (token.isCancellationRequested) {
      throw new Refused(refusal.cancelled, "nobody waits for the answer any more");
    }
    if (name === undefined) {
      throw new Refused(refusal.noConsent, "the user has not allowed a model of this editor to be asked");
    }
    const model = pick(models, name);
    this.lacked = model === undefined;
    if (model === undefined) {
      throw new Refused(
        refusal.noModel,
        `this editor has no model ${name} now; the setting sessionMemory.editorModel names it`,
      );
    }
    return this.ask(model, name, params, token);
  }

  private async ask(
    model: vscode.LanguageModelChat,
    name: string,
    request: LendRequest,
    token: vscode.CancellationToken,
  ): Promise<LendAnswer> {
    // The editor's interface has no place for instructions: they are the first message.
    const messages = [
      vscode.LanguageModelChatMessage.User(request.system),
      ...request.messages.map(({ role, content }) =>
        role === "user"
          ? vscode.LanguageModelChatMessage.User(content)
          : vscode.LanguageModelChatMessage.Assistant(content),
      ),
    ];
    const justification = vscode.l10n.t("It writes the memory of your agent's conversation.");
    const inputTokens = await tokensOf(model, [request.system, ...request.messages.map(({ content }) => content)]);
    if (inputTokens !== undefined && inputTokens > model.maxInputTokens) {
      const sizes = [inputTokens, model.maxInputTokens].map(grouped);
      throw new Refused(refusal.tooLong, `the request has ${sizes[0] ?? ""} tokens, ${name} takes ${sizes[1] ?? ""}`);
    }
    this.count(name, { requests: 1 });
    try {
      const response = await model.sendRequest(messages, { justification }, token);
      let text = "";
      for await (const part of response.text) {
        text += part;
      }
      const outputTokens = await tokensOf(model, [text]);
      this.count(name, { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 });
      const isCounted = inputTokens !== undefined && outputTokens !== undefined;
      return { text, model: name, ...(isCounted ? { usage: { inputTokens, outputTokens } } : {}) };
    } catch (error) {
      this.count(name, { failures: 1 });
      throw error;
    }
  }

  private count(model: string, more: Partial<Omit<Lent, "model">>): void {
    const before = this.counted ?? { model, requests: 0, failures: 0, inputTokens: 0, outputTokens: 0 };
    this.counted = {
      model,
      requests: before.requests + (more.requests ?? 0),
      failures: before.failures + (more.failures ?? 0),
      inputTokens: before.inputTokens + (more.inputTokens ?? 0),
      outputTokens: before.outputTokens + (more.outputTokens ?? 0),
    };
    this.changes.fire();
  }
}

/** As the model counts; undefined where it does not. */
async function tokensOf(model: vscode.LanguageModelChat, texts: readonly string[]): Promise<number | undefined> {
  try {
    const counts = await Promise.all(texts.map((text) => model.countTokens(text)));
    return counts.reduce((sum, tokens) => sum + tokens, 0);
  } catch {
    return undefined;
  }
}
