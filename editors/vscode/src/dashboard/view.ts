// What the dashboard shows of a session, in the user's words: figures, the curve, what happened, and what the newest revision changed.

import * as vscode from "vscode";
import type { Lent } from "../chat/lender";
import { nameOf } from "../current";
import { percentOf } from "../figures";
import type { DidUpdate, SessionRow, Timeline } from "../protocol";
import { folderOf } from "../sessions";
import { agoWord, costWord, freshnessWord, grouped, lentWord, momentWord, originWord, pressureWord } from "../words";
import { falls } from "./chart";
import { diffLines } from "./diff";
import type { Action, View } from "./messages";

/** Longer changes are better read in the editor's own difference view. */
const MOST_LINES = 400;

/** What the newest revision changed. Who made it and what it took is known where its notification was heard. */
export type Change = Pick<DidUpdate, "revision" | "unified" | "addedLines" | "removedLines"> &
  Partial<Pick<DidUpdate, "origin" | "usage" | "notes">>;

export interface Known {
  session: SessionRow;
  isUpdating: boolean;
  timeline: Timeline;
  /** Shares of the window. */
  levels: readonly number[];
  change: Change | undefined;
  lent: Lent | undefined;
}

export function viewOf(known: Known): View {
  const { session, timeline } = known;
  return {
    sessionId: session.sessionId,
    name: nameOf(session),
    about: [
      session.agent,
      folderOf(session),
      vscode.l10n.t("{0} events", grouped(session.events)),
      agoWord(session.lastEventAt),
    ]
      .filter((part) => part !== undefined && part !== null && part !== "")
      .join(" · "),
    status: known.isUpdating
      ? vscode.l10n.t("being updated")
      : session.memory.deferred
        ? vscode.l10n.t("an update waits for a tool call to end")
        : "",
    off: offOf(session, timeline),
    figures: figuresOf(known),
    curve: timeline,
    levels: known.levels.map((share, level) => ({ name: levelWord(level), share })),
    happenings: happeningsOf(timeline),
    change: known.change === undefined ? null : changeOf(known.change),
    words: {
      chart: vscode.l10n.t("Size of the context over the conversation, in tokens"),
      point: vscode.l10n.t("event {0}: {1} tokens"),
      limit: vscode.l10n.t("window: {0} tokens"),
      level: vscode.l10n.t("pressure {0} from {1} %"),
      update: vscode.l10n.t("memory updated: revision {0}"),
      updates: vscode.l10n.t("memory updated"),
      compaction: vscode.l10n.t("compaction {0}: {1} tokens became {2}"),
      compactions: vscode.l10n.t("compacted"),
      far: vscode.l10n.t("The window of {0} tokens is far above this picture."),
      added: vscode.l10n.t("added:"),
      removed: vscode.l10n.t("removed:"),
    },
  };
}

function offOf(session: SessionRow, timeline: Timeline): Action[] {
  const off: Action[] = session.memory.revision === 0 ? ["openMemory", "showChanges"] : [];
  return timeline.compactions.length === 0 ? [...off, "explain"] : off;
}

function levelWord(level: number): string {
  return pressureWord((["light", "medium", "heavy"] as const)[level] ?? "heavy");
}

function figuresOf({ session, timeline, lent }: Known): View["figures"] {
  const { memory, usage } = session;
  const saved = timeline.compactions.reduce(
    (sum, { tokensBefore, tokensAfter }) => sum + tokensBefore - tokensAfter,
    0,
  );
  return [
    {
      name: vscode.l10n.t("Context"),
      value: `${String(percentOf(session))} %`,
      note: vscode.l10n.t(
        "{0} of {1} tokens, pressure {2}",
        grouped(session.contextTokens),
        grouped(session.contextLimit),
        pressureWord(session.pressure),
      ),
    },
    {
      name: vscode.l10n.t("Memory"),
      value: freshnessWord(memory),
      note:
        memory.revision === 0
          ? ""
          : vscode.l10n.t("revision {0}, {1} tokens behind", memory.revision, grouped(memory.behindTokens)),
    },
    {
      name: vscode.l10n.t("Compactions"),
      value: grouped(timeline.compactions.length),
      note: saved > 0 ? vscode.l10n.t("{0} tokens taken out of the context", grouped(saved)) : "",
    },
    {
      name: vscode.l10n.t("Background work"),
      value: usage === null ? vscode.l10n.t("local") : costWord(usage.costUsd),
      note:
        usage === null
          ? vscode.l10n.t("no model was asked")
          : vscode.l10n.t(
              "calls of a model: {0}; tokens in: {1}, of them from the cache: {2}; tokens out: {3}",
              grouped(usage.calls),
              grouped(usage.inputTokens),
              grouped(usage.cacheReadTokens),
              grouped(usage.outputTokens),
            ),
    },
    ...(lent === undefined
      ? []
      : [{ name: vscode.l10n.t("Editor's model"), value: grouped(lent.requests), note: lentWord(lent) }]),
  ];
}

function happeningsOf(timeline: Timeline): string[][] {
  const { updates, compactions, points } = timeline;
  const sizes = falls(timeline);
  const sizeAt = (seq: number): string => {
    const point = points.findLast((known) => known.seq <= seq);
    return point === undefined ? "" : grouped(point.contextTokens);
  };
  const rows = [
    ...updates.map(({ revision, seq, at, origin, source }) => ({
      seq,
      at,
      what: [
        vscode.l10n.t("Revision {0}", revision),
        originWord(origin),
        source === "model" ? vscode.l10n.t("by a model") : "",
      ]
        .filter((part) => part !== "")
        .join(", "),
      size: sizeAt(seq),
    })),
    ...compactions.map(({ compaction, seq, at }, n) => ({
      seq,
      at,
      what: vscode.l10n.t("Compaction {0}", compaction),
      size: `${grouped(sizes[n]?.before ?? 0)} → ${grouped(sizes[n]?.after ?? 0)}`,
    })),
  ];
  return rows
    .sort((a, b) => b.seq - a.seq || (b.at ?? "").localeCompare(a.at ?? ""))
    .map(({ what, seq, at, size }) => [what, grouped(seq), momentWord(at), size]);
}

function changeOf(change: Change): View["change"] {
  const { lines, left } = diffLines(change.unified, MOST_LINES);
  const { usage } = change;
  const title = [
    vscode.l10n.t("Revision {0}", change.revision),
    `+${String(change.addedLines)} −${String(change.removedLines)}`,
    change.origin === undefined ? "" : originWord(change.origin),
    usage === undefined
      ? ""
      : vscode.l10n.t("{0} tokens in, {1} out", grouped(usage.inputTokens), grouped(usage.outputTokens)),
    usage?.costUsd === undefined ? "" : costWord(usage.costUsd),
  ];
  return {
    title: title.filter((part) => part !== "").join(" · "),
    notes: change.notes ?? [],
    lines,
    left: left === 0 ? "" : vscode.l10n.t("{0} more lines are in the difference view.", grouped(left)),
  };
}
