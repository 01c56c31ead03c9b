// The server's methods as this extension uses them. docs/protocol.md of the project says what they mean.

import type {
  AppendResult,
  CompactResult,
  MemoryState,
  MemoryUpdate,
  Pressure,
  PressureChange as DidChangePressure,
} from "../api";

export type { AppendResult, CompactResult, DidChangePressure, MemoryState, Pressure };

/** Where a model was asked: what it took, and what was repaired or refused of its answer. */
export interface DidUpdate extends MemoryUpdate {
  usage?: { inputTokens: number; outputTokens: number; cacheReadTokens: number; costUsd?: number };
  notes?: string[];
}

/** A session as `sessionMemory/sessions` lists it. */
export interface SessionRow {
  sessionId: string;
  agent: string | null;
  startedAt: string | null;
  lastEventAt: string | null;
  events: number;
  contextTokens: number;
  contextLimit: number;
  pressure: Pressure;
  memory: MemoryState;
  uri: string;
  title: string | null;
  usage: {
    calls: number;
    inputTokens: number;
    outputTokens: number;
    cacheReadTokens: number;
    costUsd: number | null;
  } | null;
}

export interface RevisionRow {
  revision: number;
  at: string;
  source: "model" | "extractive" | "user";
  origin: DidUpdate["origin"];
  coveredThrough: number;
  tokens: number;
  addedLines: number;
  removedLines: number;
}

/** The size of the context over the life of a session. */
export interface Timeline {
  contextTokens: number;
  contextLimit: number;
  points: { seq: number; at: string | null; contextTokens: number }[];
  updates: {
    revision: number;
    seq: number;
    at: string | null;
    origin: DidUpdate["origin"];
    source: RevisionRow["source"];
  }[];
  compactions: { compaction: number; seq: number; at: string | null; tokensBefore: number; tokensAfter: number }[];
}

/** What is left to do after the server has made a way into the agent ready; `way` is null where there is nothing to compact. */
export interface DeliverAnswer {
  agent: string;
  way: string | null;
  process: number | null;
  parents?: number[] | null | undefined;
  type: string | null;
  open: string | null;
  run: string[] | null;
  tell: string;
  failed: string | null;
}

export interface Hit {
  sessionId: string;
  seq: number;
  role: string;
  score: number;
  snippet: string;
  at: string | null;
}

/** A session that an agent has in the workspace, whoever feeds it. */
export interface FoundRow {
  agent: string;
  path: string;
  sessionId: string;
  title: string | null;
  modifiedAt: string;
  live: boolean;
  attached: boolean;
}

/** What the server answers to each request that this extension makes. */
export interface Results {
  append: AppendResult;
  compact: CompactResult;
  refresh: { revision: number; source: string; changed: boolean };
  memory: {
    markdown: string;
    revision: number;
    coveredThrough: number;
    source: string;
    uri: string;
    updatedAt: string;
  };
  history: { revisions: RevisionRow[] };
  deliver: DeliverAnswer & { ways: { way: string; title: string }[] };
  diff: { from: number; to: number; unified: string; addedLines: number; removedLines: number };
  restore: { revision: number; source: string; coveredThrough: number; uri: string };
  explain: { compaction: number; at: string; summary: string };
  search: { hits: Hit[] };
  events: { events: unknown[] };
  sessions: { sessions: SessionRow[] };
  timeline: Timeline;
  discover: { sessions: FoundRow[] };
  import: { sessionId: string; format: string; events: number; skipped: number };
  forget: Record<string, never>;
}

export type Method = keyof Results;

/** Error codes of the server. */
export const code = {
  unknownSession: -32001,
  unknownRevision: -32002,
  writeRefused: -32003,
  providerFailed: -32004,
  invalidParams: -32602,
  cancelled: -32800,
} as const;
