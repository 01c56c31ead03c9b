// "@memory" in the chat: answers a question from the memory and the passages that fit it, with the model that the user has chosen
// there; its commands need no model.

import * as vscode from "vscode";
import type { App } from "../app";
import { nameOf } from "../current";
import { uriFor } from "../documents";
import { escaped, percentOf, withoutFront } from "../figures";
import type { Hit, SessionRow } from "../protocol";
import { uriOf } from "../sessions";
import { freshnessWord, grouped, pressureWord } from "../words";
import { asked } from "./question";
import { currentSession, forModels } from "./tools";

const HITS = 8;

type Turn = [request: vscode.ChatRequest, stream: vscode.ChatResponseStream, token: vscode.CancellationToken];

export function registerParticipant(app: App): void {
  const handler: vscode.ChatRequestHandler = async (request, context, stream, token) => {
    try {
      const sessionId = await currentSession(app);
      const session = app.sessions.find(sessionId);
      if (session !== undefined) {
        await respond(app, session, context, [request, stream, token]);
      }
      return {};
    } catch (error) {
      if (token.isCancellationRequested) {
        return {};
      }
      app.log.warn(`@memory: ${String(error)}`);
      return { errorDetails: { message: forModels(app, error) } };
    }
  };
  const participant = vscode.chat.createChatParticipant("sessionMemory.memory", handler);
  participant.iconPath = new vscode.ThemeIcon("notebook");
  participant.followupProvider = {
    provideFollowups: () => [
      { prompt: vscode.l10n.t("What is still open?") },
      { prompt: vscode.l10n.t("What did I correct?") },
    ],
  };
  app.context.subscriptions.push(participant);
}

async function respond(app: App, session: SessionRow, context: vscode.ChatContext, turn: Turn): Promise<void> {
  const [request, stream, token] = turn;
  switch (request.command) {
    case "status":
      showStatus(session, stream);
      return;
    case "show": {
      const { markdown } = await app.connection.request("memory", { sessionId: session.sessionId }, token);
      stream.reference(uriOf(session));
      stream.markdown(withoutFront(markdown));
      return;
    }
    case "search":
      showHits(await hitsFor(app, session, request.prompt, token), stream);
      return;
    case "compact":
      await offerCompact(app, session, stream, token);
      return;
    default:
      await answer(app, session, context, turn);
  }
}

function showStatus(session: SessionRow, stream: vscode.ChatResponseStream): void {
  const { memory } = session;
  const lines = [
    vscode.l10n.t(
      "Context: {0} of {1} tokens ({2} %), pressure {3}.",
      grouped(session.contextTokens),
      grouped(session.contextLimit),
      percentOf(session),
      pressureWord(session.pressure),
    ),
    vscode.l10n.t(
      "Memory: revision {0}, {1}, {2} tokens behind.",
      memory.revision,
      freshnessWord(memory),
      grouped(memory.behindTokens),
    ),
  ];
  stream.markdown(`**${escaped(nameOf(session))}**\n\n${lines.join("  \n")}\n`);
  const button = (command: string, title: string): void => {
    stream.button({ command: `sessionMemory.${command}`, title, arguments: [session.sessionId] });
  };
  button("compactNow", vscode.l10n.t("Compact"));
  button("showDashboard", vscode.l10n.t("Dashboard"));
}

/** What it would give. Where it goes is the user's choice, which the command asks for. */
async function offerCompact(
  app: App,
  { sessionId }: SessionRow,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<void> {
  const { compacted, reason, tokensBefore, tokensAfter } = await app.connection.request(
    "compact",
    { sessionId, apply: false },
    token,
  );
  if (compacted) {
    const sizes = [grouped(tokensAfter), grouped(tokensBefore)];
    stream.markdown(vscode.l10n.t("Compacted, the conversation has {0} tokens instead of {1}.", ...sizes));
    stream.button({ command: "sessionMemory.compactNow", title: vscode.l10n.t("Compact"), arguments: [sessionId] });
  } else {
    stream.markdown(vscode.l10n.t("Nothing to compact: {0}.", (reason ?? "").replace(/\.$/, "")));
  }
}

async function hitsFor(app: App, session: SessionRow, query: string, token: vscode.CancellationToken): Promise<Hit[]> {
  if (query.trim() === "") {
    return [];
  }
  const wanted = { query, sessionId: session.sessionId, limit: HITS };
  return (await app.connection.request("search", wanted, token)).hits;
}

function showHits(hits: readonly Hit[], stream: vscode.ChatResponseStream): void {
  if (hits.length === 0) {
    stream.markdown(vscode.l10n.t("Nothing was found."));
  }
  for (const { sessionId, seq, role, snippet } of hits) {
    stream.anchor(uriFor({ kind: "event", sessionId, seq }), `#${String(seq)}`);
    stream.markdown(` ${escaped(role)}: ${escaped(snippet)}\n\n`);
  }
}

async function answer(app: App, session: SessionRow, context: vscode.ChatContext, turn: Turn): Promise<void> {
  const [request, stream, token] = turn;
  const { sessionId } = session;
  stream.progress(vscode.l10n.t("Reading the memory"));
  const [memory, hits] = await Promise.all([
    app.connection.request("memory", { sessionId }, token),
    hitsFor(app, session, request.prompt, token),
  ]);
  stream.reference(uriOf(session));
  const { instructions, question } = asked(withoutFront(memory.markdown), hits, request.prompt);
  const messages = [
    vscode.LanguageModelChatMessage.User(instructions),
    ...before(context),
    vscode.LanguageModelChatMessage.User(question),
  ];
  const response = await request.model.sendRequest(messages, {}, token);
  for await (const part of response.text) {
    stream.markdown(part);
  }
  for (const { seq } of hits) {
    stream.reference(uriFor({ kind: "event", sessionId, seq }));
  }
}

/** What was said here before, so that questions can go on from each other. */
function before({ history }: vscode.ChatContext): vscode.LanguageModelChatMessage[] {
  return history.flatMap((turn) => {
    if (turn instanceof vscode.ChatRequestTurn) {
      return [vscode.LanguageModelChatMessage.User(turn.prompt)];
    }
    const said = turn.response
      .map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : ""))
      .join("");
    return said === "" ? [] : [vscode.LanguageModelChatMessage.Assistant(said)];
  });
}
