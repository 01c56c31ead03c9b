// Figures and texts as people read them: shares of the window, times, titles.

import type { SessionRow } from "./protocol";

/** Use of the window in percent; more than 100 where it is overfull. */
export function percentOf(session: Pick<SessionRow, "contextTokens" | "contextLimit">): number {
  return Math.floor((session.contextTokens * 100) / Math.max(session.contextLimit, 1));
}

/** A text cut to a number of characters. */
export function clipped(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length > most
    ? `${characters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`
    : text;
}

/** A text that Markdown shows as it is: on one line, no links, no pictures, no icons. */
export function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]()#+\-.!|<>~$&:]/g, (mark) => `&#${String(mark.codePointAt(0))};`);
}

/** A text of the server for a message of the editor, which shows marks for code as they are written. */
export function plain(text: string): string {
  return text.replace(/`([^`]*)`/g, "“$1”");
}

/** The unit and number of a span of time, for `Intl.RelativeTimeFormat`. */
export function ago(at: string | null, now: number): { value: number; unit: Intl.RelativeTimeFormatUnit } | undefined {
  const then = at === null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(then)) {
    return undefined;
  }
  const seconds = Math.min(0, Math.round((then - now) / 1000));
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  for (const [unit, length] of steps) {
    if (-seconds >= length) {
      return { value: Math.ceil(seconds / length), unit };
    }
  }
  return { value: seconds, unit: "second" };
}

/** A memory without its front matter, which is another one in every version. */
export function withoutFront(markdown: string): string {
  return markdown.replace(/^---\n(?:.*\n)*?---\n+/, "");
}
