// Progress that the server reports under a token of ours, shown by the editor.

import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import { loadClient } from "./client-load";
import type { Connection } from "./connection";

type Shown = vscode.Progress<{ message?: string; increment?: number }>;

/** Does a piece of work whose request is given the token. */
export async function withProgress<T>(
  connection: Connection,
  progress: Shown,
  work: (token: string) => Promise<T>,
): Promise<T> {
  const client = await connection.running();
  const { workDone } = await loadClient();
  const token = randomUUID();
  let shown = 0;
  const heard = client.onProgress(workDone, token, (value) => {
    if (value.kind === "report") {
      const percentage = value.percentage ?? shown;
      const increment = percentage - shown;
      progress.report({ increment, ...(value.message === undefined ? {} : { message: value.message }) });
      shown = percentage;
    }
  });
  return work(token).finally(() => {
    heard.dispose();
  });
}
