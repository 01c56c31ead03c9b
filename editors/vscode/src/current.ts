// Which session the status bar and the commands mean when none is named: the one that the user chose last, by switching to it or by
// going to its memory; and the newest one where none was chosen or a new conversation began since.

import { plain } from "./figures";
import type { SessionRow } from "./protocol";

/** The user's choice, and when it was made. */
export interface Choice {
  sessionId: string;
  /** As of `Date.now()`. */
  at: number;
}

export function currentSession(sessions: readonly SessionRow[], choice: Choice | undefined): SessionRow | undefined {
  const chosen = sessions.find((session) => session.sessionId === choice?.sessionId);
  const newest = newestFirst(sessions)[0];
  const isNewer = choice !== undefined && Date.parse(newest?.startedAt ?? "") > choice.at;
  return isNewer ? newest : (chosen ?? newest);
}

/** Sessions, the last used one first. */
export function newestFirst(sessions: readonly SessionRow[]): SessionRow[] {
  return [...sessions].sort((a, b) => (b.lastEventAt ?? "").localeCompare(a.lastEventAt ?? ""));
}

/** What a session is called: its title, else its id. */
export function nameOf(session: Pick<SessionRow, "title" | "sessionId">): string {
  const title = plain(session.title?.trim() ?? "");
  return title === "" ? session.sessionId : title;
}
