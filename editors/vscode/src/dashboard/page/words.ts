// Figures in the user's language, and texts with places for them.

const format = new Intl.NumberFormat(document.documentElement.lang);
const compact = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

export function number(value: number): string {
  return format.format(Math.round(value));
}

export function short(value: number): string {
  return compact.format(value);
}

/** Puts values into the places `{0}`, `{1}`, … of a text. */
export function fill(text: string, ...values: string[]): string {
  return text.replace(/\{(\d)\}/g, (_, place: string) => values[Number(place)] ?? "");
}
