// Which session the status bar and the commands mean when none is named: the one of the memory in the active editor, else the one
// that the user switched to, else the one that something happened in last.

import type { SessionRow } from "./protocol";

export function currentSession(
  sessions: readonly SessionRow[],
  activeUri: string | undefined,
  chosen: string | undefined,
): SessionRow | undefined {
  const open = sessions.find((session) => session.uri === activeUri);
  return open ?? sessions.find((session) => session.sessionId === chosen) ?? newestFirst(sessions)[0];
}

/** Sessions, the last used one first. */
export function newestFirst(sessions: readonly SessionRow[]): SessionRow[] {
  return [...sessions].sort((a, b) => (b.lastEventAt ?? "").localeCompare(a.lastEventAt ?? ""));
}

/** What a session is called: its title, else its id. */
export function nameOf(session: Pick<SessionRow, "title" | "sessionId">): string {
  const title = session.title?.trim() ?? "";
  return title === "" ? session.sessionId : title;
}
