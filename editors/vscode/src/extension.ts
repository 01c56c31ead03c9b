// The extension: puts its parts together. Nothing here waits, and the server is started only where it is needed.

import * as vscode from "vscode";
import type { SessionMemoryApi } from "../api";
import { makeApi } from "./api";
import type { App } from "./app";
import { registerParticipant } from "./chat/participant";
import { registerTools } from "./chat/tools";
import { Lender } from "./chat/lender";
import { registerCompact } from "./commands/compact";
import { registerApiKey } from "./commands/api-key";
import { registerEditorModel } from "./commands/editor-model";
import { registerHooks } from "./commands/hooks";
import { registerMemory } from "./commands/memory";
import { registerSearch } from "./commands/search";
import { registerServer, takeover } from "./commands/server";
import { registerTranscripts } from "./commands/transcripts";
import { registerVersions } from "./commands/versions";
import { initialization, own, shared } from "./configuration";
import { Connection } from "./connection";
import { registerDashboard } from "./dashboard/panel";
import { Deliveries } from "./deliveries";
import { registerDocuments } from "./documents";
import type { Surroundings } from "./launch";
import { Messages } from "./messages";
import { Sessions } from "./sessions";
import { NEEDS_RESTART } from "./settings";
import { StatusBar } from "./status-bar";
import { Stores } from "./stores";
import { Tree } from "./tree";
import { tellTrouble } from "./trouble";

let connection: Connection | undefined;

export function activate(context: vscode.ExtensionContext): SessionMemoryApi {
  const log = vscode.window.createOutputChannel("Session Memory", { log: true });
  const lender = new Lender(context.globalState, log);
  const around: Surroundings = {
    extensionFolder: context.extensionPath,
    extensionVersion: (context.extension.packageJSON as { version: string }).version,
    serverPath: () => own("server.path", ""),
    extraEnv: () => own("server.extraEnv", {}),
    initialization: () => initialization(context.secrets),
    takeover,
    lend: (params, token) => lender.complete(params, token),
    messages: new Messages(context.workspaceState),
    log,
  };
  const made = new Connection(around);
  connection = made;
  const sessions = new Sessions(made, context.workspaceState, log);
  const app: App = { context, connection: made, sessions, deliveries: new Deliveries(), lender, log };
  context.subscriptions.push(log, sessions, lender, new StatusBar(made, sessions, lender), ...watch(made));
  registerDocuments(app);
  const tree = new Tree(app);
  context.subscriptions.push(tree, vscode.window.registerTreeDataProvider("sessionMemory.sessions", tree));
  for (const register of [
    registerCompact,
    registerMemory,
    registerDashboard,
    registerVersions,
    registerSearch,
    registerTranscripts,
    registerApiKey,
    registerEditorModel,
    registerHooks,
    registerTools,
    registerParticipant,
    registerServer,
  ]) {
    register(app);
  }
  context.subscriptions.push(new Stores(made, sessions, around));
  return makeApi(app);
}

export async function deactivate(): Promise<void> {
  await connection?.close();
}

/** What makes a new start necessary, and what a running server can be told. */
function watch(made: Connection): vscode.Disposable[] {
  return [
    made.onDidChangeState((state) => {
      void vscode.commands.executeCommand("setContext", "sessionMemory.isOff", state.name === "off");
      if (state.name === "off") {
        void tellTrouble(state.problem);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      made.renew("the workspace is trusted now");
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (NEEDS_RESTART.some((key) => change.affectsConfiguration(`sessionMemory.${key}`))) {
        made.renew("a setting was changed");
      } else if (change.affectsConfiguration("sessionMemory")) {
        made.notify("workspace/didChangeConfiguration", { settings: { sessionMemory: shared() } });
      }
    }),
  ];
}
