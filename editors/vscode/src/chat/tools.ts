// The memory as tools of language models: find passages of the conversations of this workspace, and read the memory or events. They
// only read. Their names are in package.json with what models are told about them.

import * as vscode from "vscode";
import type { App } from "../app";
import { nameOf } from "../current";
import { codeOf, Unavailable, wordsOf } from "../failure";
import { code } from "../protocol";
import { cut, eventsText, hitsText, readInput, searchInput } from "./tool-text";

/** Characters of an answer where the model does not say how much it takes; with its figure, as many as surely fit. */
const ROOM = 24_000;
const CHARACTERS_PER_TOKEN = 3;

export function registerTools(app: App): void {
  const search: vscode.LanguageModelTool<unknown> = {
    prepareInvocation: ({ input }) => ({
      invocationMessage: vscode.l10n.t("Searching the conversation for “{0}”", named(input, "query")),
    }),
    invoke: (options, token) =>
      answer(app, async () => {
        const { query, limit, sessionId } = searchInput(options.input);
        const { hits } = await app.connection.request("search", { query, limit, sessionId }, token);
        return cut(hitsText(query, hits), room(options));
      }),
  };
  const read: vscode.LanguageModelTool<unknown> = {
    prepareInvocation: ({ input }) => ({
      invocationMessage:
        named(input, "fromSeq") === ""
          ? vscode.l10n.t("Reading the session's memory")
          : vscode.l10n.t("Reading the conversation from event {0}", named(input, "fromSeq")),
    }),
    invoke: (options, token) =>
      answer(app, async () => {
        const { events, ...wanted } = readInput(options.input);
        const sessionId = wanted.sessionId ?? (await currentSession(app));
        if (events === undefined) {
          const { markdown } = await app.connection.request("memory", { sessionId }, token);
          return cut(markdown, room(options));
        }
        const found = await app.connection.request("events", { sessionId, ...events }, token);
        return eventsText(found.events, events.fromSeq, room(options));
      }),
  };
  app.context.subscriptions.push(
    vscode.lm.registerTool("sessionMemory_search", search),
    vscode.lm.registerTool("sessionMemory_read", read),
  );
}

/** Text for the model, or an error in words that it can do something with. */
async function answer(app: App, work: () => Promise<string>): Promise<vscode.LanguageModelToolResult> {
  try {
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(await work())]);
  } catch (error) {
    if (error instanceof vscode.CancellationError || codeOf(error) === code.cancelled) {
      throw error;
    }
    app.log.warn(`tool: ${wordsOf(error)}`);
    throw new Error(forModels(app, error), { cause: error });
  }
}

/** An error in words for a model; it cannot press buttons. */
export function forModels(app: App, error: unknown): string {
  if (error instanceof Unavailable) {
    return 'The Session Memory server is not running. The user can start it with the command "Session Memory: Restart Server".';
  }
  if (codeOf(error) === code.unknownSession) {
    const known = app.sessions.all.map((session) => `${session.sessionId} (${nameOf(session)})`);
    return known.length === 0
      ? "There is no session in this workspace yet."
      : `There is no such session. Those of this workspace: ${known.join("; ")}`;
  }
  return wordsOf(error);
}

/** The id of the session that the user has in front of them. */
export async function currentSession(app: App): Promise<string> {
  await app.connection.running();
  if (!app.sessions.isKnown) {
    await app.sessions.refresh();
  }
  const session = app.sessions.current;
  if (session === undefined) {
    throw new Error("There is no session in this workspace yet: no agent's conversation is known here.");
  }
  return session.sessionId;
}

function room({ tokenizationOptions }: vscode.LanguageModelToolInvocationOptions<unknown>): number {
  const budget = tokenizationOptions?.tokenBudget;
  return budget === undefined ? ROOM : Math.max(1, Math.min(ROOM, budget * CHARACTERS_PER_TOKEN));
}

/** A field of what the model gave, as the user reads it; nothing is known about it yet. */
function named(input: unknown, field: string): string {
  const value = (input as Record<string, unknown> | null | undefined)?.[field];
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 80) : "";
}
