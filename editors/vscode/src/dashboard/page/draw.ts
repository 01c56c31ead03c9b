// Draws the picture as SVG: only shapes and text, made node by node. Colours are the theme's, by class; what has a colour of its own
// has a shape of its own, too.

import { layout, type Layout } from "../chart";
import type { View } from "../messages";
import { fill, number, short } from "./words";

const SVG = "http://www.w3.org/2000/svg";

export function draw(view: View, width: number, height: number): { svg: SVGElement; made: Layout } {
  const shares = view.levels.map(({ share }) => share);
  const made = layout(view.curve, shares, width, height);
  const svg = node("svg", { width, height, viewBox: `0 0 ${String(width)} ${String(height)}`, "aria-hidden": "true" }, [
    ...grid(made),
    ...levels(view, made),
    node("path", { class: "area", d: made.area }),
    node("path", { class: "line", d: made.line }),
    ...updates(view, made),
    ...compactions(view, made),
    node("g", { id: "cursor" }),
  ]);
  return { svg, made };
}

/** A line and a dot at a point of the curve. */
export function cursor(made: Layout, at: number): SVGElement[] {
  const point = made.at[at];
  return point === undefined
    ? []
    : [
        node("line", { class: "cursor", x1: point.x, x2: point.x, y1: made.plot.top, y2: made.plot.bottom }),
        node("circle", { class: "point", cx: point.x, cy: point.y, r: 4 }),
      ];
}

function grid({ plot, rows, columns }: Layout): SVGElement[] {
  return [
    ...rows.flatMap(({ y, tokens }) => [
      node("line", { class: "grid", x1: plot.left, x2: plot.right, y1: y, y2: y }),
      words(short(tokens), { x: plot.left - 8, y: y + 4, "text-anchor": "end" }),
    ]),
    ...columns.map(({ x, seq }, n) =>
      words(number(seq), {
        x,
        y: plot.bottom + 26,
        "text-anchor": n === 0 ? "start" : n === columns.length - 1 ? "end" : "middle",
      }),
    ),
  ];
}

function levels(view: View, { plot, levels: found, limit }: Layout): SVGElement[] {
  const across = (y: number, kind: string): SVGElement =>
    node("line", { class: kind, x1: plot.left, x2: plot.right, y1: y, y2: y });
  return [
    ...found.map(({ y, level, share }) =>
      node("g", {}, [
        title(fill(view.words.level, view.levels[level]?.name ?? "", number(share * 100))),
        across(y, `level level${String(level)}`),
      ]),
    ),
    ...(limit === undefined
      ? []
      : [node("g", {}, [title(fill(view.words.limit, number(view.curve.contextLimit))), across(limit, "limit")])]),
  ];
}

function updates(view: View, { plot, updates: marks }: Layout): SVGElement[] {
  return marks.map(({ x, revisions }) =>
    node("circle", { class: "update", cx: x, cy: plot.bottom + 8, r: 3 }, [
      title(fill(view.words.update, spans(revisions))),
    ]),
  );
}

function compactions(view: View, { compactions: falls }: Layout): SVGElement[] {
  return falls.map(({ x, from, to, compaction, before, after, hasLabel, isLeft }) => {
    return node("g", { class: "compaction" }, [
      title(fill(view.words.compaction, number(compaction), number(before), number(after))),
      node("line", { x1: x, x2: x, y1: from, y2: to }),
      // An arrow head that points down, because the context falls.
      node("path", { d: `M${String(x - 4)} ${String(to - 7)}h8l-4 7Z` }),
      ...(hasLabel
        ? [
            words(`${short(before)} → ${short(after)}`, {
              x: isLeft ? x - 8 : x + 8,
              y: isLeft ? to - 10 : from + 4,
              "text-anchor": isLeft ? "end" : "start",
            }),
          ]
        : []),
    ]);
  });
}

function spans(revisions: readonly number[]): string {
  const [first, last] = [revisions[0] ?? 0, revisions.at(-1) ?? 0];
  return first === last ? number(first) : `${number(first)}–${number(last)}`;
}

function node(name: string, attributes: Record<string, string | number>, children: Node[] = []): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}

function title(text: string): SVGElement {
  return node("title", {}, [document.createTextNode(text)]);
}

function words(text: string, attributes: Record<string, string | number>): SVGElement {
  return node("text", attributes, [document.createTextNode(text)]);
}
