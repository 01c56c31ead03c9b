// The connection to the server. `restart` is the only way to a running server: the first start, changed settings, granted trust,
// the user's command and a death all take it. Requests wait while a server is on its way and fail with a reason where none will
// come.

import { randomUUID } from "node:crypto";
import os from "node:os";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { Backoff } from "./backoff";
import { findBinary, type BinaryProblem } from "./binary";
import type { Initialization, Takeover } from "./client";
import { Unavailable } from "./failure";
import type { DidChangePressure, DidUpdate, Method, Results } from "./protocol";
import { ServerProcess } from "./server-process";

/** Why there is no server. */
export type Problem =
  BinaryProblem | { kind: "notStarted"; path: string; detail: string } | { kind: "dies"; detail: string };

export type State =
  { name: "starting" } | { name: "running"; version: string } | { name: "off"; problem: Problem } | { name: "closed" };

/** What a start needs to know, asked anew each time. */
export interface Surroundings {
  extensionFolder: string;
  extensionVersion: string;
  serverPath: () => string;
  extraEnv: () => Record<string, string>;
  initialization: () => Promise<Initialization>;
  takeover: Takeover;
  log: vscode.LogOutputChannel;
}

/** Time in which a server has to answer to its start. */
const PATIENCE = 30_000;

export class Connection {
  private readonly states = new vscode.EventEmitter<State>();
  private readonly updates = new vscode.EventEmitter<DidUpdate>();
  private readonly pressures = new vscode.EventEmitter<DidChangePressure>();
  private readonly backoff = new Backoff();
  private current: { client: LanguageClient; server: ServerProcess; since: number } | undefined;
  private turns: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  /** Started and not yet heard of. */
  private answering: ServerProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private currentState: State = { name: "starting" };

  readonly onDidChangeState = this.states.event;
  readonly onDidUpdate = this.updates.event;
  readonly onDidChangePressure = this.pressures.event;

  constructor(private readonly around: Surroundings) {}

  get state(): State {
    return this.currentState;
  }

  /** Ends the server that runs, if one does, and starts one. Calls that come before it has begun are one. */
  restart(why: string): Promise<void> {
    this.abandon();
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
    return token === undefined ? client.sendRequest<R>(method, params) : client.sendRequest<R>(method, params, token);
  }

  /** Shows the server's progress; the token is given to the request. */
  async withProgress<T>(
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    work: (token: string) => Promise<T>,
  ): Promise<T> {
    const client = await this.running();
    const token = randomUUID();
    let shown = 0;
    const { workDone } = await import("./client");
    const heard = client.onProgress(workDone, token, (value) => {
      if (value.kind === "report") {
        const percentage = value.percentage ?? shown;
        progress.report({
          increment: percentage - shown,
          ...(value.message === undefined ? {} : { message: value.message }),
        });
        shown = percentage;
      }
    });
    return work(token).finally(() => {
      heard.dispose();
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

  /** The client, once it runs. */
  async running(token?: vscode.CancellationToken): Promise<LanguageClient> {
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
    if (this.currentState.name !== "closed") {
      this.set({ name: "starting" });
    }
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
    const { around } = this;
    const binary = await findBinary({
      setting: around.serverPath(),
      extensionFolder: around.extensionFolder,
      extensionVersion: around.extensionVersion,
      env: process.env,
      platform: process.platform,
      home: os.homedir(),
    });
    if ("kind" in binary) {
      this.set({ name: "off", problem: binary });
      return;
    }
    around.log.info(`server: ${binary.path} (${binary.origin}), version ${binary.version}`);
    const initialization = await around.initialization();
    let server: ServerProcess;
    try {
      server = await ServerProcess.start(binary.path, os.homedir(), { ...process.env, ...around.extraEnv() });
    } catch (error) {
      this.set({ name: "off", problem: { kind: "notStarted", path: binary.path, detail: String(error) } });
      return;
    }
    // The library is large and is only read here, so that the activation does not wait for it.
    const { makeClient } = await import("./client");
    const client = makeClient(server, initialization, around.log, around.takeover, () => {
      void server.ended.then((how) => {
        this.died(server, how);
      });
    });
    client.onNotification("sessionMemory/didUpdate", (update: DidUpdate) => {
      this.updates.fire(update);
    });
    client.onNotification("sessionMemory/didChangePressure", (change: DidChangePressure) => {
      this.pressures.fire(change);
    });
    this.current = { client, server, since: Date.now() };
    this.answering = server;
    const patience = setTimeout(() => {
      around.log.error("the server does not answer");
      server.kill();
    }, PATIENCE);
    try {
      await client.start();
    } catch (error) {
      around.log.error(`initialize: ${String(error)}`);
      this.died(server, await server.end());
      return;
    } finally {
      clearTimeout(patience);
      this.answering = undefined;
    }
    if (this.current.server === server && server.child.exitCode === null) {
      this.set({ name: "running", version: binary.version });
    }
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
    this.currentState = state;
    this.states.fire(state);
  }
}
