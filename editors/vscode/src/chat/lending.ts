// What the server asks of the editor's model, which model that is, and what an error of it means to the server: docs/protocol.md,
// `sessionMemory/complete`. Nothing here knows the editor.

import { count, list, object, oneOf, text, type Of } from "../shape";

export const isRequest = object({
  system: text,
  messages: list(object({ role: oneOf("user", "assistant"), content: text })),
  maxTokens: count,
});
export type LendRequest = Of<typeof isRequest>;

export interface LendAnswer {
  text: string;
  model: string;
  /** Left out where the model does not count; the server estimates then. */
  usage?: { inputTokens: number; outputTokens: number };
}

/** Codes that the server knows. After one of the first three it does not ask again until something changes. */
export const refusal = {
  noModel: -32001,
  noConsent: -32002,
  noQuota: -32003,
  /** The server asks again, with less. */
  tooLong: -32005,
  failed: -32603,
  cancelled: -32800,
} as const;

/** An answer that is none, with its code. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** A model as settings name it. */
export function nameOfModel({ vendor, family }: { vendor: string; family: string }): string {
  return `${vendor}/${family}`;
}

/** The model that a setting names, as `vendor/family`. */
export function pick<M extends { vendor: string; family: string }>(models: readonly M[], name: string): M | undefined {
  return models.find((model) => nameOfModel(model) === name);
}

/** What an error of the model's provider is to the server. */
export function refusalOf(error: unknown): Refused {
  if (error instanceof Refused) {
    return error;
  }
  const words = wordsOf(error);
  switch ((error as { code?: unknown } | null)?.code) {
    case "NoPermissions":
      return new Refused(refusal.noConsent, words);
    case "NotFound":
      return new Refused(refusal.noModel, words);
    case "Blocked":
      return new Refused(refusal.noQuota, words);
    default:
      return new Refused(codeOf(words), words);
  }
}

/** Editors have no code for these. */
function codeOf(words: string): number {
  if (/\bquota\b/i.test(words)) {
    return refusal.noQuota;
  }
  return /token limit|context (length|window)|too (long|large|many tokens)/i.test(words)
    ? refusal.tooLong
    : refusal.failed;
}

/** The provider's own words are in the cause of the editor's error. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause instanceof Error ? error.cause.message : "";
  return cause === "" || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
