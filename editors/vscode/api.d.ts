// The interface of the extension "session-memory.session-memory" for other extensions. docs/api.md explains it.
//
//   const api = await vscode.extensions.getExtension<SessionMemoryApi>("session-memory.session-memory")?.activate();

import type { Disposable, Event, Uri } from "vscode";

export interface SessionMemoryApi {
  /** Of this interface. A change that could break you makes it 2; members may be added to 1. */
  readonly version: 1;
  /** A conversation that you feed. The same id gives the same session, also after a restart of the editor. */
  session(id: string, options?: SessionOptions): Session;
  /** Offers a way into all sessions of an agent that "Compact" lists. */
  registerAgentDelivery(agent: string, delivery: AgentDelivery): Disposable;
}

export interface SessionOptions {
  /** Whose conversation it is; shown to the user. */
  agent?: string;
  /** The model's window in tokens; 200000 where it is not said. */
  contextLimit?: number;
  /** The folder that it is about; the first one where it is not said. */
  workspaceFolder?: Uri;
}

export interface Session {
  readonly id: string;
  /**
   * Hands in events, in order. Resolves when they are stored, so that not even a crash loses them; until then they are kept
   * and sent again to a new server. Rejects only where the server refuses them (a wrong event) or the extension ends.
   */
  append(events: readonly SessionEvent[]): Promise<AppendResult>;
  /** The memory and the newest messages, in the shape in which you fed the session. Sees everything appended before. */
  compact(options?: CompactOptions): Promise<CompactResult>;
  /** Brings the memory up to date now. */
  refresh(): Promise<{ revision: number; source: string; changed: boolean }>;
  /** A new revision of the memory. */
  readonly onDidUpdate: Event<MemoryUpdate>;
  /** Another level of pressure. */
  readonly onDidChangePressure: Event<PressureChange>;
  /**
   * With this "Compact" is done in place: you put the messages into your agent. Reject, and nothing is changed.
   * Meanwhile appended events are held back, and are stored behind the compaction.
   */
  registerDelivery(deliver: (result: CompactResult) => Promise<void>): Disposable;
}

export interface AgentDelivery {
  /** Shown in the list, such as "Into the Claude Code conversation". */
  label: string;
  /** The shape that you take; the one that the session was fed with where it is not said. */
  format?: "anthropic" | "openai" | "markdown";
  deliver(result: CompactResult, sessionId: string): Promise<void>;
}

/** An event of the conversation. Without an id it is given one, so that it is never stored twice. */
export type SessionEvent =
  | { type: "message"; id?: string; at?: string; message: object; meta?: boolean }
  | { type: "toolCall"; id: string; at?: string; name: string; input: unknown }
  | { type: "toolResult"; id: string; at?: string; content: string | readonly object[]; isError?: boolean }
  | {
      type: "usage";
      id?: string;
      at?: string;
      inputTokens: number;
      outputTokens?: number;
      cacheReadTokens?: number;
      cacheCreationTokens?: number;
    };

export type Pressure = "low" | "light" | "medium" | "heavy";

export interface MemoryState {
  revision: number;
  freshness: "none" | "fresh" | "stale";
  behindTokens: number;
  updating: boolean;
  deferred: boolean;
}

export interface AppendResult {
  seq: number;
  stored: number;
  duplicates: number;
  contextTokens: number;
  contextLimit: number;
  pressure: Pressure;
  openToolCalls: string[];
  memory: MemoryState;
}

export interface CompactOptions {
  /** The whole result must fit; at least 1000. A quarter of the window where it is not said. */
  targetTokens?: number;
  format?: "anthropic" | "openai" | "markdown";
  /** False only previews: the context still counts as it is. */
  apply?: boolean;
  /** What the user wants kept, in their words. */
  instructions?: string;
  /** The user's next prompt: passages that it needs are brought back. */
  query?: string;
}

export interface CompactResult {
  /** False: nothing would be gained; `reason` says why, and `messages` is the conversation as it is. */
  compacted: boolean;
  reason?: string;
  messages: unknown[];
  markdown?: string;
  keepFrom: { seq: number; id?: string };
  memory: {
    revision: number;
    coveredThrough: number;
    source: string;
    freshness: string;
    behindTokens: number;
    uri: string;
  };
  tokensBefore: number;
  tokensAfter: number;
  warnings: string[];
}

export interface MemoryUpdate {
  sessionId: string;
  revision: number;
  uri: string;
  origin: "background" | "refresh" | "user" | "compact" | "restore";
  source: "model" | "extractive" | "user";
  coveredThrough: number;
  unified: string;
  addedLines: number;
  removedLines: number;
}

export interface PressureChange {
  sessionId: string;
  pressure: Pressure;
  contextTokens: number;
  contextLimit: number;
}
