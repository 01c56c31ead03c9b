// What the extension and the page say to each other. Both check what they hear: the page what it shows, and also what the editor
// kept for it; the extension what it is asked to do.

import { count, flag, list, nullable, object, oneOf, text, type Of } from "../shape";

/** What the page can ask for, about the session that it shows. */
export const ACTIONS = [
  "compact",
  "refresh",
  "openMemory",
  "showChanges",
  "explain",
  "search",
  "switchSession",
] as const;
export type Action = (typeof ACTIONS)[number];

const curve = object({
  contextLimit: count,
  points: list(object({ seq: count, contextTokens: count })),
  updates: list(object({ revision: count, seq: count })),
  compactions: list(object({ compaction: count, seq: count, tokensBefore: count, tokensAfter: count })),
});

/** Everything that the page shows, in the user's words. */
export const isView = object({
  sessionId: text,
  name: text,
  about: text,
  /** What is under way; empty where nothing is. */
  status: text,
  /** Actions that make no sense now. */
  off: list(oneOf(...ACTIONS)),
  figures: list(object({ name: text, value: text, note: text })),
  curve,
  levels: list(object({ name: text, share: count })),
  /** The table's rows: what happened, at which event, when, and the size of the context. */
  happenings: list(list(text)),
  change: nullable(
    object({
      title: text,
      notes: list(text),
      lines: list(object({ kind: oneOf("added", "removed", "same", "gap"), text })),
      left: text,
    }),
  ),
  /** Texts with `{0}` for what the page puts in. */
  words: object({
    chart: text,
    point: text,
    limit: text,
    level: text,
    update: text,
    updates: text,
    compaction: text,
    compactions: text,
    far: text,
    added: text,
    removed: text,
  }),
});
export type View = Of<typeof isView>;

const isShow = object({ type: oneOf("show"), view: isView });
const isEmpty = object({ type: oneOf("empty"), text });
export type ToPage = Of<typeof isShow> | Of<typeof isEmpty>;

export function isToPage(value: unknown): value is ToPage {
  return isShow(value) || isEmpty(value);
}

const isReady = object({ type: oneOf("ready") });
const isDo = object({ type: oneOf("do"), action: oneOf(...ACTIONS), sessionId: text });
export type FromPage = Of<typeof isReady> | Of<typeof isDo>;

export function isFromPage(value: unknown): value is FromPage {
  return isReady(value) || isDo(value);
}

/** What the editor keeps of the page while it is hidden and over a restart. */
export const isKept = object({ view: isView, isTableOpen: flag });
export type Kept = Of<typeof isKept>;
