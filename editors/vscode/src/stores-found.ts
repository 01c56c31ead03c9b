// What `session-memory doctor --json` tells of a folder, as far as it says where its store is and whether an agent is at work there.

import { flag, list, nullable, object, text, type Of } from "./shape";

const isFound = object({
  sessions: list(object({ live: flag, by: nullable(text) })),
  settings: list(object({ name: text })),
  store: object({ path: text }),
});
export type Found = Of<typeof isFound>;

/** Undefined where the program said something else. */
export function findingsOf(output: string): Found | undefined {
  try {
    const found: unknown = JSON.parse(output);
    return isFound(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an agent is at work here whose session the server shall ask about or take up. */
export function isAtWork({ sessions, settings }: Found, attach: string): boolean {
  const theirs = settings.find(({ name }) => name === "attach") as { value?: unknown } | undefined;
  const isOff = (attach === "" ? theirs?.value : attach) === "off";
  return sessions.some(({ live, by }) => by !== null || (live && !isOff));
}
