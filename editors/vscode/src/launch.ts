// Starts a process of the server and makes the client that talks to it, as far as that goes without an answer of the server.

import os from "node:os";
import type * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { findBinary, type BinaryProblem, type Place } from "./binary";
import type { Initialization, Lend, Takeover } from "./client";
import { loadClient } from "./client-load";
import type { Messages } from "./messages";
import { ServerProcess } from "./server-process";

/** What a start needs to know, asked anew each time. */
export interface Surroundings {
  extensionFolder: string;
  extensionVersion: string;
  serverPath: () => string;
  extraEnv: () => Record<string, string>;
  initialization: () => Promise<Initialization>;
  takeover: Takeover;
  lend: Lend;
  messages: Messages;
  log: vscode.LogOutputChannel;
}

/** Why no server could be started. */
export type LaunchProblem = BinaryProblem | { kind: "notStarted"; path: string; detail: string };

export interface Launched {
  client: BaseLanguageClient;
  server: ServerProcess;
  path: string;
  version: string;
}

/** Where the program is looked for. */
export function placeOf(around: Surroundings): Place {
  return {
    setting: around.serverPath(),
    extensionFolder: around.extensionFolder,
    extensionVersion: around.extensionVersion,
    env: process.env,
    platform: process.platform,
    home: os.homedir(),
  };
}

/** `lost` is called when the connection ends without our doing. */
export async function launch(
  around: Surroundings,
  lost: (server: ServerProcess) => void,
): Promise<Launched | LaunchProblem> {
  const binary = await findBinary(placeOf(around));
  if ("kind" in binary) {
    return binary;
  }
  around.log.info(`server: ${binary.path} (${binary.origin}), version ${binary.version}`);
  const initialization = await around.initialization();
  const { makeClient } = await loadClient();
  try {
    const server = await ServerProcess.start(binary.path, os.homedir(), { ...process.env, ...around.extraEnv() });
    const client = makeClient(server, initialization, around.log, around.takeover, around.lend, () => {
      lost(server);
    });
    return { client, server, path: binary.path, version: binary.version };
  } catch (error) {
    return { kind: "notStarted", path: binary.path, detail: String(error) };
  }
}
