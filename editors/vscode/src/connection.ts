// The connection to the server. `restart` is the only way to a running server: the first start, changed settings, granted trust,
// the user's command and a death all take it. Nothing is started before somebody needs it. Requests wait while a server is on its
// way and fail with a reason where none will come.

import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { Backoff } from "./backoff";
import { codeOf, Overtaken, Unavailable, wordsOf } from "./failure";
import { launch, type Launched, type LaunchProblem, type Surroundings } from "./launch";
import type { DidChangePressure, DidUpdate, Method, Results } from "./protocol";
import type { ServerProcess } from "./server-process";

/** Why there is no server. */
export type Problem = LaunchProblem | { kind: "dies"; detail: string };

export type State =
  /** Nobody has needed a server yet. */
  | { name: "idle" }
  | { name: "starting" }
  | { name: "running"; path: string; version: string }
  | { name: "off"; problem: Problem }
  | { name: "closed" };

/** Time in which a server has to answer to its start. */
const PATIENCE = 30_000;

export class Connection {
  private readonly states = new vscode.EventEmitter<State>();
  private readonly updates = new vscode.EventEmitter<DidUpdate>();
  private readonly pressures = new vscode.EventEmitter<DidChangePressure>();
  private readonly backoff = new Backoff();
  private current: { client: BaseLanguageClient; server: ServerProcess; since: number } | undefined;
  private turns: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  /** Started and not yet heard of. */
  private answering: ServerProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private currentState: State = { name: "idle" };

  readonly onDidChangeState = this.states.event;
  readonly onDidUpdate = this.updates.event;
  readonly onDidChangePressure = this.pressures.event;

  constructor(private readonly around: Surroundings) {}

  get state(): State {
    return this.currentState;
  }

  /** There is work for a server: starts one, if none was started yet. */
  wake(why: string): void {
    if (this.currentState.name === "idle") {
      void this.restart(why);
    }
  }

  /** What a server is started with has changed: one that was started is replaced. */
  renew(why: string): void {
    if (this.currentState.name !== "idle") {
      void this.restartByHand(why);
    }
  }

  /** Ends the server that runs, if one does, and starts one. Calls that come before it has begun are one. */
  restart(why: string): Promise<void> {
    this.abandon();
    if (this.currentState.name === "idle") {
      this.set({ name: "starting" });
    }
    this.queued ??= this.inTurn(async () => {
      this.queued = undefined;
      this.around.log.info(`start: ${why}`);
      await this.end();
      await this.begin();
    });
    return this.queued;
  }

  /** The user asks for a start: earlier deaths do not count. */
  restartByHand(why: string): Promise<void> {
    this.backoff.reset();
    return this.restart(why);
  }

  /** Asks the server; waits for one that is on its way. */
  async request<M extends Method>(method: M, params: object, token?: vscode.CancellationToken): Promise<Results[M]> {
    return this.ask<Results[M]>(`sessionMemory/${method}`, params, token);
  }

  /** Asks the server something of the LSP. */
  async ask<R>(method: string, params: object, token?: vscode.CancellationToken): Promise<R> {
    const client = await this.running(token);
    // A token that is not there must not be given: it would be sent as a second parameter.
    const sent =
      token === undefined ? client.sendRequest<R>(method, params) : client.sendRequest<R>(method, params, token);
    return sent.catch((error: unknown) => {
      // The library has several texts, and no code, for a request whose client was ended before it was sent.
      const isEnded = this.current?.client !== client && token?.isCancellationRequested !== true;
      throw isEnded && codeOf(error) === undefined ? new Overtaken(wordsOf(error), { cause: error }) : error;
    });
  }

  /** Tells a running server; one that is not running gets everything at its start. */
  notify(method: string, params: object): void {
    if (this.currentState.name === "running" && this.current !== undefined) {
      this.current.client.sendNotification(method, params).catch((error: unknown) => {
        this.around.log.warn(`${method}: ${String(error)}`);
      });
    }
  }

  /** Ends everything for good. */
  async close(): Promise<void> {
    this.set({ name: "closed" });
    this.abandon();
    await this.inTurn(() => this.end());
    this.states.dispose();
    this.updates.dispose();
    this.pressures.dispose();
  }

  /** The client, once it runs; starts a server where none was needed before. */
  async running(token?: vscode.CancellationToken): Promise<BaseLanguageClient> {
    this.wake("something was asked of it");
    while (this.currentState.name === "starting") {
      await this.change(token);
    }
    const state = this.currentState;
    if (state.name === "running" && this.current !== undefined) {
      return this.current.client;
    }
    throw new Unavailable(state.name === "off" ? state.problem : undefined);
  }

  private async change(token: vscode.CancellationToken | undefined): Promise<void> {
    const waits: vscode.Disposable[] = [];
    await new Promise<void>((resolve, reject) => {
      waits.push(
        this.onDidChangeState(() => {
          resolve();
        }),
      );
      const cancelled = token?.onCancellationRequested(() => {
        reject(new vscode.CancellationError());
      });
      waits.push(...(cancelled === undefined ? [] : [cancelled]));
    }).finally(() => {
      vscode.Disposable.from(...waits).dispose();
    });
  }

  /** A server that has not answered yet does not hold up the next one. */
  private abandon(): void {
    this.answering?.kill();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turns = this.turns.then(work).catch((error: unknown) => {
      this.around.log.error(String(error));
    });
    return this.turns;
  }

  private async end(): Promise<void> {
    clearTimeout(this.timer);
    const old = this.current;
    this.current = undefined;
    this.set({ name: "starting" });
    if (old !== undefined) {
      // One that does not answer is ended all the same.
      await old.client.dispose().catch((error: unknown) => {
        this.around.log.warn(String(error));
      });
      await old.server.end();
    }
  }

  private async begin(): Promise<void> {
    if (this.currentState.name === "closed") {
      return;
    }
    const launched = await launch(this.around, (server) => {
      void server.end().then((how) => {
        this.died(server, how);
      });
    });
    if ("kind" in launched) {
      this.set({ name: "off", problem: launched });
      return;
    }
    const { client, server, path, version } = launched;
    client.onNotification("sessionMemory/didUpdate", (update: DidUpdate) => {
      this.updates.fire(update);
    });
    client.onNotification("sessionMemory/didChangePressure", (change: DidChangePressure) => {
      this.pressures.fire(change);
    });
    client.onNotification("window/showMessage", (params: unknown) => {
      this.around.messages.show(params);
    });
    client.onRequest("window/showMessageRequest", (params: unknown) => this.around.messages.ask(params));
    this.current = { client, server, since: Date.now() };
    if ((await this.answers(launched)) && this.isCurrent(server)) {
      this.set({ name: "running", path, version });
    }
  }

  /** Waits for the server's answer to `initialize`; one that gives none is ended. */
  private async answers({ client, server }: Launched): Promise<boolean> {
    this.answering = server;
    const patience = setTimeout(() => {
      this.around.log.error("the server does not answer");
      server.kill();
    }, PATIENCE);
    try {
      await client.start();
      return true;
    } catch (error) {
      this.around.log.error(`initialize: ${String(error)}`);
      this.died(server, await server.end());
      return false;
    } finally {
      clearTimeout(patience);
      this.answering = undefined;
    }
  }

  private isCurrent(server: ServerProcess): boolean {
    return this.current?.server === server;
  }

  /** A server ended without our doing: another one is started after a wait, or none any more. */
  private died(server: ServerProcess, how: string): void {
    if (this.current?.server !== server || this.currentState.name === "closed") {
      return;
    }
    const wait = this.backoff.next(Date.now() - this.current.since);
    this.around.log.warn(
      `the server ended: ${how}; ${wait === undefined ? "it is not started again" : `it is started again in ${String(wait)} ms`}`,
    );
    this.current = undefined;
    if (wait === undefined) {
      this.set({ name: "off", problem: { kind: "dies", detail: how } });
      return;
    }
    this.set({ name: "starting" });
    this.timer = setTimeout(() => void this.restart("the server ended"), wait);
  }

  private set(state: State): void {
    if (this.currentState.name === "closed") {
      return;
    }
    this.currentState = state;
    this.states.fire(state);
  }
}
