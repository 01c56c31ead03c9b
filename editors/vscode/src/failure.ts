// What a failed request means: whether the connection was lost, whether it was called off, and the code of the server.

import type { Problem } from "./connection";

/** There is no server and none is on its way. */
export class Unavailable extends Error {
  constructor(readonly problem: Problem | undefined) {
    super("the Session Memory server is not running");
  }
}

/** The client ended before it could ask. */
export class Overtaken extends Error {}

// Of vscode-jsonrpc: pending response rejected, connection inactive, write and read errors. The last one is the answer of a
// server that was asked to shut down before the request came.
const LOST = [-32097, -32096, -32099, -32098, -32600];

/** The code of an error that the server answered with, or that stands for the connection. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

/** The connection went away before an answer came: nobody knows whether the request was done. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  return (
    error instanceof Overtaken ||
    (code !== undefined && LOST.includes(code)) ||
    (error as { code?: unknown } | null)?.code === "ERR_STREAM_DESTROYED"
  );
}

/** The words of an error. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
