// What of the editor's settings goes to the server, and on whose word. Only values that somebody wrote are sent: a default of
// ours must not override the user's config file. What may cost money or names a place is taken from the user's own settings
// and never from a workspace; everything else from the workspace only where it is trusted.

/** What `WorkspaceConfiguration.inspect` tells of a setting. */
export interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
}

export type Settings = Record<string, unknown>;

/** Settings of the server that a workspace may have. */
export const ANYONES = [
  "initTokens",
  "updateTokens",
  "updateToolCalls",
  "pressureLevels",
  "memoryTokens",
  "sectionTokens",
  "keepRecentTokens",
  "memoryFile",
] as const;

/** Settings of the server that are the user's alone. */
export const USERS = [
  "provider",
  "model",
  "baseUrl",
  "maxOutputTokens",
  "timeoutSeconds",
  "cacheTtl",
  "thinkingBudget",
  "backgroundTokensPerHour",
  "backgroundTokensPerDay",
  "prices",
  "attach",
] as const;

/** Changes that only a new start of the server can take in: those given at `initialize`, and those that say what is started. */
export const NEEDS_RESTART = [...USERS, "server.path", "server.extraEnv", "memoryFile"] as const;

/** The user's own settings. */
export function userSettings(inspect: (key: string) => Inspected | undefined): Settings {
  return written(USERS, (key) => inspect(key)?.globalValue);
}

/** The settings that a workspace may have had a hand in. */
export function sharedSettings(inspect: (key: string) => Inspected | undefined, trusted: boolean): Settings {
  return written(ANYONES, (key) => {
    const found = inspect(key);
    return (trusted ? found?.workspaceValue : undefined) ?? found?.globalValue;
  });
}

function written(keys: readonly string[], value: (key: string) => unknown): Settings {
  const pairs = keys.map((key) => [key, value(key)] as const);
  // Null is how the settings editor says "not set", and an empty text is a field that was cleared.
  return Object.fromEntries(pairs.filter(([, set]) => set !== undefined && set !== null && set !== ""));
}

/** The documents that the server is asked about: memories where they usually stand, and where the setting puts them. */
export function memoryPatterns(memoryFile: unknown): string[] {
  const usual = "**/session-memory.md";
  if (typeof memoryFile !== "string" || memoryFile === "") {
    return [usual];
  }
  // Marks of a pattern in a file name stand for themselves; `?` fits any one character.
  const own = `**/${memoryFile.replace(/^\.\//, "").replace(/[*?[\]{},\\]/g, (mark) => (mark === "{" || mark === "}" ? mark : "?"))}`;
  return [usual, own.replaceAll("{session}", "*").replace(/[{}]/g, "?")];
}
