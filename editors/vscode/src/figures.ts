// Figures as people read them: shares of the window, tokens, times.

import type { SessionRow } from "./protocol";

/** Use of the window in percent; more than 100 where it is overfull. */
export function percentOf(session: Pick<SessionRow, "contextTokens" | "contextLimit">): number {
  return Math.floor((session.contextTokens * 100) / Math.max(session.contextLimit, 1));
}

/** `950`, `4.1k`, `62k`, `1.2M`. */
export function short(tokens: number): string {
  const scaled = (value: number, unit: string): string => {
    const rounded = value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
    return `${String(rounded)}${unit}`;
  };
  if (tokens < 1_000) {
    return String(tokens);
  }
  return tokens < 999_500 ? scaled(tokens / 1_000, "k") : scaled(tokens / 1_000_000, "M");
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
