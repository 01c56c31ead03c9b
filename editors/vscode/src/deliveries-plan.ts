// What is left to do to bring a compacted conversation into its agent, and what of it this editor can do by itself.

import type { DeliverAnswer } from "./protocol";

/** What is there in this editor. */
export interface Place {
  /** The shells' processes of the terminals, as far as they are known. */
  shells: readonly (number | undefined)[];
  /** Our own process: extensions run in it, and what they start are its children. */
  host: number;
}

export type Plan =
  | { do: "nothing" }
  | { do: "type"; terminal: number; text: string }
  | { do: "newChat" }
  | { do: "open"; uri: string }
  | { do: "offer"; command: string }
  | { do: "tell" };

/** The most direct way that is open; the user's own hands are the last one. */
export function plan(answer: DeliverAnswer, place: Place): Plan {
  if (answer.way === null) {
    return { do: "nothing" };
  }
  const family = [answer.process, ...(answer.parents ?? [])].filter((id) => typeof id === "number");
  const terminal = place.shells.findIndex((shell) => shell !== undefined && family.includes(shell));
  if (answer.type !== null && terminal >= 0) {
    return { do: "type", terminal, text: answer.type };
  }
  if (answer.open !== null && family.includes(place.host)) {
    return { do: "open", uri: answer.open };
  }
  if (answer.agent === "copilot" && answer.way === "new-chat") {
    return { do: "newChat" };
  }
  const command = answer.run === null ? undefined : commandLine(answer.run);
  return command === undefined ? { do: "tell" } : { do: "offer", command };
}

/** A command line that means the same to every shell; undefined where an argument would have to be quoted. */
export function commandLine(run: readonly string[]): string | undefined {
  return run.length > 0 && run.every((part) => /^[\w./-]+$/.test(part)) ? run.join(" ") : undefined;
}
