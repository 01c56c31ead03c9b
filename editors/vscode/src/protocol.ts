// The server's methods as this extension uses them. docs/protocol.md of the project says what they mean.

import type {
  AppendResult,
  CompactResult,
  MemoryState,
  MemoryUpdate as DidUpdate,
  Pressure,
  PressureChange as DidChangePressure,
} from "../api";

export type { AppendResult, CompactResult, DidChangePressure, DidUpdate, MemoryState, Pressure };

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
  usage: { calls: number; inputTokens: number; outputTokens: number; costUsd: number | null } | null;
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

export interface Hit {
  sessionId: string;
  seq: number;
  role: string;
  score: number;
  snippet: string;
  at: string | null;
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
  restore: { revision: number; source: string; coveredThrough: number; uri: string };
  explain: { compaction: number; at: string; summary: string };
  search: { hits: Hit[] };
  events: { events: unknown[] };
  sessions: { sessions: SessionRow[] };
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
