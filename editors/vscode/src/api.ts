// The interface for other extensions (api.d.ts): a session is a name, a queue and two filtered events.

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type {
  AppendResult,
  CompactOptions,
  CompactResult,
  Session,
  SessionEvent,
  SessionMemoryApi,
  SessionOptions,
} from "../api";
import type { App } from "./app";
import { isLost, Unavailable } from "./failure";
import { Orderly, type Again } from "./orderly";

/** Most events that the server takes at once. */
const MOST = 10_000;

/** Events wait for a server as long as it takes; questions do not wait where none will come. */
const patiently: Again = (error) => isLost(error) || error instanceof Unavailable;
const whenLost: Again = isLost;
const once: Again = () => false;

export function makeApi(app: App): SessionMemoryApi {
  const queues = new Map<string, Orderly>();
  const queueOf = (id: string): Orderly => {
    const queue = queues.get(id) ?? new Orderly();
    queues.set(id, queue);
    return queue;
  };
  app.context.subscriptions.push(
    app.connection.onDidChangeState((state) => {
      if (state.name === "running") {
        queues.forEach((queue) => {
          queue.retry();
        });
      } else if (state.name === "closed") {
        queues.forEach((queue) => {
          queue.end(new Error("Session Memory is closing; what was not acknowledged has to be handed in again"));
        });
      }
    }),
  );
  return {
    version: 1,
    session: (id, options = {}) => makeSession(app, queueOf(id), id, options),
    registerAgentDelivery: (agent, delivery) =>
      app.deliveries.add({
        label: delivery.label,
        format: delivery.format,
        to: { agent },
        deliver: (result, sessionId) => delivery.deliver(result, sessionId),
        alone: (work) => work(),
      }),
  };
}

function makeSession(app: App, queue: Orderly, id: string, options: SessionOptions): Session {
  const { connection } = app;
  const base = { sessionId: id };
  const named = {
    ...base,
    agent: options.agent,
    contextLimit: options.contextLimit,
    workspaceFolder: options.workspaceFolder?.toString(),
  };
  return {
    id,
    append: async (events: readonly SessionEvent[]): Promise<AppendResult> => {
      const parts = inParts(withIds(events)).map((part) =>
        queue.add(() => connection.request("append", { ...named, events: part }), patiently),
      );
      const results = await Promise.all(parts);
      app.sessions.appended(id, results.at(-1));
      return total(results);
    },
    compact: (wanted: CompactOptions = {}): Promise<CompactResult> =>
      queue.add(() => app.sessions.during(id, () => connection.request("compact", { ...wanted, ...base })), whenLost),
    refresh: () => queue.add(() => app.sessions.during(id, () => connection.request("refresh", base)), whenLost),
    onDidUpdate: only(id, connection.onDidUpdate),
    onDidChangePressure: only(id, connection.onDidChangePressure),
    registerDelivery: (deliver: (result: CompactResult) => Promise<void>) =>
      app.deliveries.add({
        label: options.agent ?? id,
        to: base,
        deliver,
        alone: (work) => queue.add(work, once),
      }),
  };
}

/** The caller may change its objects afterwards; what is sent is what was handed in, and each event once. */
function withIds(events: readonly SessionEvent[]): SessionEvent[] {
  return structuredClone(events).map((event) => (event.id === undefined ? { ...event, id: randomUUID() } : event));
}

function inParts(events: SessionEvent[]): SessionEvent[][] {
  const count = Math.max(1, Math.ceil(events.length / MOST));
  return Array.from({ length: count }, (_, part) => events.slice(part * MOST, (part + 1) * MOST));
}

function total(results: AppendResult[]): AppendResult {
  const sum = (of: (result: AppendResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  const last = results.at(-1);
  if (last === undefined) {
    throw new Error("append: no answer");
  }
  return { ...last, stored: sum(({ stored }) => stored), duplicates: sum(({ duplicates }) => duplicates) };
}

function only<T extends { sessionId: string }>(id: string, event: vscode.Event<T>): vscode.Event<T> {
  return (listener, self?: unknown, disposables?: vscode.Disposable[]) =>
    event(
      (value) => {
        if (value.sessionId === id) {
          listener.call(self, value);
        }
      },
      undefined,
      disposables,
    );
}
