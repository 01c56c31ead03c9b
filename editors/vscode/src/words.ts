// Words that several places show, in the user's language.

import * as vscode from "vscode";
import type { Lent } from "./chat/lender";
import { ago, percentOf } from "./figures";
import type { MemoryState, Pressure, RevisionRow, SessionRow } from "./protocol";

export function pressureWord(pressure: Pressure): string {
  switch (pressure) {
    case "low":
      return vscode.l10n.t("low");
    case "light":
      return vscode.l10n.t("light");
    case "medium":
      return vscode.l10n.t("medium");
    case "heavy":
      return vscode.l10n.t("heavy");
  }
}

/** How full the context is. */
export function contextWords(session: SessionRow): string {
  return vscode.l10n.t(
    "{0} of {1} tokens ({2} %), pressure {3}",
    grouped(session.contextTokens),
    grouped(session.contextLimit),
    percentOf(session),
    pressureWord(session.pressure),
  );
}

export function freshnessWord(memory: MemoryState): string {
  switch (memory.freshness) {
    case "none":
      return vscode.l10n.t("no memory yet");
    case "fresh":
      return vscode.l10n.t("fresh");
    case "stale":
      return vscode.l10n.t("stale");
  }
}

export function originWord(origin: RevisionRow["origin"]): string {
  switch (origin) {
    case "background":
      return vscode.l10n.t("in the background");
    case "refresh":
      return vscode.l10n.t("refreshed");
    case "user":
      return vscode.l10n.t("edited by you");
    case "compact":
      return vscode.l10n.t("compaction");
    case "restore":
      return vscode.l10n.t("restored");
    default:
      // A newer server may know more of them.
      return origin;
  }
}

// Making a formatter takes milliseconds, using one none.
let times: Intl.RelativeTimeFormat | undefined;
let numbers: Intl.NumberFormat | undefined;
let moments: Intl.DateTimeFormat | undefined;

/** `5 minutes ago`; empty where the time is not known. */
export function agoWord(at: string | null): string {
  const past = ago(at, Date.now());
  if (past === undefined) {
    return "";
  }
  times ??= new Intl.RelativeTimeFormat(vscode.env.language, { numeric: "auto" });
  return times.format(past.value, past.unit);
}

/** A date with its time; empty where it is not known. */
export function momentWord(at: string | null): string {
  const time = at === null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(time)) {
    return "";
  }
  moments ??= new Intl.DateTimeFormat(vscode.env.language, { dateStyle: "short", timeStyle: "short" });
  return moments.format(time);
}

export function grouped(value: number): string {
  numbers ??= new Intl.NumberFormat(vscode.env.language);
  return numbers.format(value);
}

/** An estimate in dollars; a question mark where the model's price is not known. */
export function costWord(usd: number | null): string {
  return usd === null ? "$?" : `$${usd.toFixed(4)}`;
}

/** What of the editor's model was lent in this window. */
export function lentWord(lent: Lent): string {
  return vscode.l10n.t(
    "{0}; requests in this window: {1}; tokens in: {2}; tokens out: {3}",
    lent.model,
    grouped(lent.requests),
    grouped(lent.inputTokens),
    grouped(lent.outputTokens),
  );
}
