// The language client: which documents are the server's, which commands of the server have a better form in this editor, and
// how quiet it is. One client lives as long as one process of the server.

import { createInterface } from "node:readline";
import type * as vscode from "vscode";
import {
  BaseLanguageClient,
  CloseAction,
  ErrorAction,
  ErrorCodes,
  ResponseError,
  RevealOutputChannelOn,
  WorkDoneProgress,
  type InitializeParams,
  type LanguageClientOptions,
  type MessageTransports,
} from "vscode-languageclient";
import { StreamMessageReader, StreamMessageWriter } from "vscode-languageserver-protocol/node";
import { codeOf, wordsOf } from "./failure";
import type { ServerProcess } from "./server-process";
import { memoryPatterns, type Settings } from "./settings";

/** Takes over a command of the server, such as a lens's; false: the server shall do it. */
export type Takeover = (command: string, argument: Record<string, unknown>) => Promise<boolean>;

/** Asks the editor's model; rejects with an error that has a code of the protocol. */
export type Lend = (params: unknown, token: vscode.CancellationToken) => Promise<object>;

export interface Initialization {
  sessionMemory: Settings;
  user: Settings;
  credentials: Record<string, string>;
}

/** Progress as the LSP reports it. */
export const workDone = WorkDoneProgress.type;

/** Talks with a process that is there already: the library's own client for Node knows many ways to start one, which take time to load.
 * The library shows some failures whatever it is told. Here they go to the log, and whoever asked tells the user. */
class Client extends BaseLanguageClient {
  constructor(
    private readonly server: ServerProcess,
    options: LanguageClientOptions,
  ) {
    super("sessionMemory", "Session Memory", options);
  }

  protected override createMessageTransports(): Promise<MessageTransports> {
    const { stdin, stdout, stderr } = this.server.child;
    createInterface({ input: stderr }).on("line", (line) => {
      this.outputChannel.error(line);
    });
    return Promise.resolve({ reader: new StreamMessageReader(stdout), writer: new StreamMessageWriter(stdin) });
  }

  /** The server ends where we do. */
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.processId = process.pid;
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Makes the client of a process. `closed` is called when the connection ends without our doing. */
export function makeClient(
  server: ServerProcess,
  initializationOptions: Initialization,
  log: vscode.LogOutputChannel,
  takeover: Takeover,
  lend: Lend,
  closed: () => void,
): BaseLanguageClient {
  const patterns = memoryPatterns(initializationOptions.sessionMemory["memoryFile"]);
  const client = new Client(server, {
    documentSelector: patterns.map((pattern) => ({ scheme: "file", pattern })),
    initializationOptions,
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    middleware: {
      executeCommand: async (command, args: unknown[], next) => {
        const argument = args[0];
        const isObject = typeof argument === "object" && argument !== null;
        if (isObject && (await takeover(command, argument as Record<string, unknown>))) {
          return undefined;
        }
        return (await next(command, args)) as unknown;
      },
    },
  });
  lendsModel(client, lend);
  return client;
}

/** Says that the editor's model is lent, and answers what is asked of it. */
function lendsModel(client: BaseLanguageClient, lend: Lend): void {
  client.registerFeature({
    fillClientCapabilities: (capabilities) => {
      const experimental = capabilities.experimental as object | undefined;
      capabilities.experimental = { ...experimental, sessionMemory: { complete: true } };
    },
    initialize: () => undefined,
    getState: () => ({ kind: "static" }),
    clear: () => undefined,
  });
  client.onRequest("sessionMemory/complete", async (params: unknown, token: vscode.CancellationToken) =>
    lend(params, token).catch((error: unknown) => {
      throw new ResponseError(codeOf(error) ?? ErrorCodes.InternalError, wordsOf(error));
    }),
  );
}
