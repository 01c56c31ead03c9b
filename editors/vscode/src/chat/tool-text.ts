// What a model may say to our tools, and what it reads: plain text in which every passage has the number of its event, so that it
// can ask for more. What is wrong with its words is told so that it can mend them.

import { eventText } from "../event-text";
import type { Hit } from "../protocol";

export interface SearchInput {
  query: string;
  sessionId?: string;
  limit: number;
}

export interface ReadInput {
  sessionId?: string;
  /** Undefined: the memory is wanted. */
  events?: { fromSeq: number; toSeq: number };
}

/** Hits where the model does not say how many. */
const HITS = 10;
const MOST_HITS = 50;
/** Events that can be read at once. */
const MOST_EVENTS = 50;

export function searchInput(input: unknown): SearchInput {
  const { query, limit } = fields(input);
  if (typeof query !== "string" || query.trim() === "") {
    throw new Error('`query` is missing: give words, "phrases" in quotes, or the beginning of a word with *.');
  }
  const wanted = whole(limit, "limit") ?? HITS;
  return { query: query.trim(), limit: Math.min(wanted, MOST_HITS), ...session(input) };
}

export function readInput(input: unknown): ReadInput {
  const from = whole(fields(input)["fromSeq"], "fromSeq");
  const to = whole(fields(input)["toSeq"], "toSeq") ?? from;
  if (from === undefined || to === undefined) {
    if (to !== undefined) {
      throw new Error("`toSeq` needs `fromSeq`; without both the memory is read.");
    }
    return session(input);
  }
  if (to < from) {
    throw new Error(`\`toSeq\` is ${String(to)}, before \`fromSeq\`, ${String(from)}.`);
  }
  return { events: { fromSeq: from, toSeq: Math.min(to, from + MOST_EVENTS - 1) }, ...session(input) };
}

export function hitsText(query: string, hits: readonly Hit[]): string {
  if (hits.length === 0) {
    return `Nothing was found for: ${query}\nTry fewer or other words, or the beginning of a word with *.`;
  }
  const lines = hits.map(
    ({ sessionId, seq, role, at, snippet }) =>
      `- event ${String(seq)} (${[role, at ?? ""].filter((part) => part !== "").join(", ")}) of session ${sessionId}: ${snippet}`,
  );
  return `${lines.join("\n")}\n\nRead an event in full with its session and number.`;
}

/** Events in full, as many as there is room for; the last line says where to go on. */
export function eventsText(events: readonly unknown[], fromSeq: number, room: number): string {
  let text = "";
  for (const [n, event] of events.entries()) {
    const page = eventText(event, fromSeq + n);
    if (text !== "" && text.length + page.length > room) {
      return `${text}There is more: go on with fromSeq ${String(fromSeq + n)}.`;
    }
    text += `${cut(page, room)}\n`;
  }
  return text === "" ? `There is no event ${String(fromSeq)}.` : text;
}

/** A text within its room; what was left out is said. */
export function cut(text: string, room: number): string {
  return text.length <= room
    ? text
    : `${text.slice(0, room)}\n[${String(text.length - room)} characters more were left out]`;
}

function session(input: unknown): { sessionId?: string } {
  const { sessionId } = fields(input);
  if (sessionId === undefined || sessionId === null || sessionId === "") {
    return {};
  }
  if (typeof sessionId !== "string") {
    throw new Error("`sessionId` has to be text; leave it out for the current session.");
  }
  return { sessionId };
}

function whole(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 1) {
    throw new Error(`\`${name}\` is ${JSON.stringify(value)}; a whole number from 1 is needed.`);
  }
  return number;
}

function fields(input: unknown): Record<string, unknown> {
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}
