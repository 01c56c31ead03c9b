// Ways into a running agent: who can put a compacted conversation in the place of the long one. There is none by default. One for
// a session is used at once (the extension that feeds the session gave it); one for an agent is offered.

import * as vscode from "vscode";
import type { CompactResult, SessionRow } from "./protocol";

export interface Delivery {
  /** What the user reads in the list. */
  label: string;
  /** The one session that it is for, or all sessions of an agent. */
  to: { sessionId: string } | { agent: string };
  /** The shape that it takes; by default the one that the session was fed with. */
  format?: "anthropic" | "openai" | "markdown" | undefined;
  /** Puts the messages into the agent. A rejection means that the agent goes on with its long conversation. */
  deliver(result: CompactResult, sessionId: string): Promise<void>;
  /** Does the whole compaction while nothing else happens to the session. */
  alone(work: () => Promise<void>): Promise<void>;
}

export class Deliveries {
  private readonly all = new Set<Delivery>();

  add(delivery: Delivery): vscode.Disposable {
    this.all.add(delivery);
    return new vscode.Disposable(() => this.all.delete(delivery));
  }

  /** The one for exactly this session; the newest where there are several. */
  inPlace(session: SessionRow): Delivery | undefined {
    return [...this.all].reverse().find(({ to }) => "sessionId" in to && to.sessionId === session.sessionId);
  }

  /** Those for the session's agent. */
  offered(session: SessionRow): Delivery[] {
    return [...this.all].filter(({ to }) => "agent" in to && to.agent === session.agent);
  }
}
