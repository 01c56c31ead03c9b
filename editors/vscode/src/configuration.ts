// The editor's settings and secrets as the server gets them.

import * as vscode from "vscode";
import type { Initialization } from "./client";
import { sharedSettings, userSettings, type Inspected, type Settings } from "./settings";

export const PROVIDERS = ["anthropic", "openai"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Where the key of a provider is in the editor's secret storage. */
export function secretName(provider: Provider): string {
  return `sessionMemory.key.${provider}`;
}

/** Settings that any workspace may have a hand in. */
export function shared(): Settings {
  return sharedSettings(inspect, vscode.workspace.isTrusted);
}

/** All that is given at the start of a server. */
export async function initialization(secrets: vscode.SecretStorage): Promise<Initialization> {
  const credentials: Record<string, string> = {};
  for (const provider of PROVIDERS) {
    const key = await secrets.get(secretName(provider));
    if (key !== undefined) {
      credentials[provider] = key;
    }
  }
  return { sessionMemory: shared(), user: userSettings(inspect), credentials };
}

/** A setting that only the user's own settings may have. */
export function own<T>(key: string, fallback: T): T {
  return (inspect(key)?.globalValue as T | undefined) ?? fallback;
}

function inspect(key: string): Inspected | undefined {
  return vscode.workspace.getConfiguration("sessionMemory").inspect(key);
}
