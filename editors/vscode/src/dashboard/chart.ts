// Where everything of the picture stands: the size of the context over the conversation, which grows with every event and falls at
// each compaction. Numbers in, positions out; what draws it is in page/draw.ts.

/** What `sessionMemory/timeline` answers, as far as the picture needs it. */
export interface Curve {
  contextLimit: number;
  points: readonly { seq: number; contextTokens: number }[];
  updates: readonly { revision: number; seq: number }[];
  compactions: readonly { compaction: number; seq: number; tokensBefore: number; tokensAfter: number }[];
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Layout {
  plot: Box;
  /** The curve and the surface below it, as paths of SVG. */
  line: string;
  area: string;
  /** The points of the curve, in its order. */
  at: { x: number; y: number }[];
  rows: { y: number; tokens: number }[];
  columns: { x: number; seq: number }[];
  /** Height of the window's limit; undefined where the conversation is too small for it to be in the picture. */
  limit: number | undefined;
  /** Heights of the pressure levels that are in the picture, the lowest first. */
  levels: { y: number; level: number; share: number }[];
  /** Updates that fall on one place are one mark. */
  updates: { x: number; revisions: number[] }[];
  compactions: (Fall & { x: number; from: number; to: number; hasLabel: boolean; isLeft: boolean })[];
}

/** What a compaction did to the size of the context. */
export interface Fall {
  compaction: number;
  before: number;
  after: number;
}

/** Room around the picture for the figures at its sides. */
const MARGIN = { left: 52, top: 14, right: 14, bottom: 34 };
/** Two marks of updates that are nearer than this could not be told apart. */
const MARK = 5;
/** Room that the text beside a compaction takes. */
const LABEL = 96;
/** Room of a figure below the picture. */
const COLUMN = 90;

/** Lays the picture out in a surface of this size. */
export function layout(curve: Curve, levels: readonly number[], width: number, height: number): Layout {
  const plot = {
    left: MARGIN.left,
    top: MARGIN.top,
    right: Math.max(width - MARGIN.right, MARGIN.left + 1),
    bottom: Math.max(height - MARGIN.bottom, MARGIN.top + 1),
  };
  const { points, contextLimit } = curve;
  const peak = Math.max(
    ...points.map(({ contextTokens }) => contextTokens),
    ...falls(curve).map(({ before }) => before),
    0,
  );
  // Where the conversation is far from its limit, the limit would press the curve flat.
  const isNear = contextLimit > 0 && peak * 2 > contextLimit;
  const highest = Math.max(peak, isNear ? contextLimit : 0, 1);
  const step = roundStep(highest, 6);
  const top = Math.ceil(highest / step) * step;
  const first = points[0]?.seq ?? 0;
  const last = Math.max(points.at(-1)?.seq ?? 1, first + 1);
  const x = (seq: number): number =>
    round(plot.left + ((clamp(seq, first, last) - first) / (last - first)) * (plot.right - plot.left));
  const y = (tokens: number): number => round(plot.bottom - (tokens / top) * (plot.bottom - plot.top));
  const at = points.map(({ seq, contextTokens }) => ({ x: x(seq), y: y(contextTokens) }));
  const line = at.map((point, n) => `${n === 0 ? "M" : "L"}${String(point.x)} ${String(point.y)}`).join("");
  const begin = at[0];
  const end = at.at(-1);
  const bottom = String(plot.bottom);
  return {
    plot,
    line,
    area:
      begin === undefined || end === undefined
        ? ""
        : `${line}L${String(end.x)} ${bottom}L${String(begin.x)} ${bottom}Z`,
    at,
    rows: upTo(top, step).map((tokens) => ({ y: y(tokens), tokens })),
    columns: columns(first, last, plot).map((seq) => ({ x: x(seq), seq })),
    limit: isNear ? y(contextLimit) : undefined,
    levels: levels
      .map((share, level) => ({ y: y(share * contextLimit), level, share }))
      .filter(({ share }) => isNear && share < 1),
    updates: marks(curve.updates.map(({ seq, revision }) => ({ x: x(seq), revision }))),
    compactions: compactions(curve, plot, x, y),
  };
}

/** The falls of the curve. The sizes that a compaction has of its own count the messages only, the curve everything that stands
 * before them as well; so a fall is read from the curve, which has two points of one event there. */
export function falls({ points, compactions }: Pick<Curve, "points" | "compactions">): Fall[] {
  const found = points.flatMap((after, n) => {
    const before = points[n - 1];
    return before?.seq === after.seq
      ? [{ seq: after.seq, before: before.contextTokens, after: after.contextTokens }]
      : [];
  });
  return compactions.map(({ compaction, seq, tokensBefore, tokensAfter }) => {
    const at = found.findIndex((fall) => fall.seq === seq);
    const [fall] = at < 0 ? [] : found.splice(at, 1);
    return { compaction, before: fall?.before ?? tokensBefore, after: fall?.after ?? tokensAfter };
  });
}

/** The point of the curve nearest to a place; of a fall, which has one place, the peak. -1 where there are none. */
export function nearest(points: readonly { x: number }[], x: number): number {
  let best = -1;
  let least = Infinity;
  points.forEach((point, n) => {
    const distance = Math.abs(point.x - x);
    if (distance < least) {
      least = distance;
      best = n;
    }
  });
  return best;
}

/** A round distance, so that at most `most` of them reach a number. */
export function roundStep(highest: number, most: number): number {
  for (let unit = 1; ; unit *= 10) {
    const factor = [1, 2, 5].find((times) => unit * times * most >= highest);
    if (factor !== undefined) {
      return unit * factor;
    }
  }
}

function upTo(top: number, step: number): number[] {
  return Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step);
}

/** Events that are named below the picture: the first, the last and round ones between. */
function columns(first: number, last: number, plot: Box): number[] {
  const most = Math.max(1, Math.floor((plot.right - plot.left) / COLUMN));
  const step = roundStep(last - first, most);
  const between = upTo(Math.floor(last / step) * step, step).filter(
    (seq) => seq - first >= step / 2 && last - seq >= step / 2,
  );
  return [first, ...between, last];
}

function marks(updates: readonly { x: number; revision: number }[]): Layout["updates"] {
  const found: Layout["updates"] = [];
  for (const { x, revision } of [...updates].sort((a, b) => a.x - b.x)) {
    const before = found.at(-1);
    if (before !== undefined && x - before.x < MARK) {
      before.revisions.push(revision);
    } else {
      found.push({ x, revisions: [revision] });
    }
  }
  return found;
}

function compactions(
  curve: Curve,
  plot: Box,
  x: (seq: number) => number,
  y: (tokens: number) => number,
): Layout["compactions"] {
  let free = -Infinity;
  return falls(curve).map((fall, n) => {
    const place = x(curve.compactions[n]?.seq ?? 0);
    const isLeft = place + LABEL > plot.right;
    const begins = isLeft ? place - LABEL : place;
    const hasLabel = begins >= free;
    if (hasLabel) {
      free = begins + LABEL;
    }
    return { ...fall, x: place, from: y(fall.before), to: y(fall.after), hasLabel, isLeft };
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
