import assert from "node:assert/strict";
import { test } from "node:test";
import { falls, layout, nearest, roundStep, type Curve } from "./chart";

const LEVELS = [0.7, 0.85, 0.95];

function curve(sizes: number[], more: Partial<Curve> = {}): Curve {
  const points = sizes.map((contextTokens, n) => ({ seq: n + 1, contextTokens }));
  return { contextLimit: 100, points, updates: [], compactions: [], ...more };
}

test("round distances between figures", () => {
  const cases: [number, number, number][] = [
    [1, 6, 1],
    [6, 6, 1],
    [7, 6, 2],
    [58_000, 6, 10_000],
    [200_000, 6, 50_000],
    [1_000_000, 6, 200_000],
    [3, 1, 5],
  ];
  for (const [highest, most, expected] of cases) {
    assert.equal(roundStep(highest, most), expected, `${String(highest)} in ${String(most)}`);
  }
});

test("everything stands inside the picture, and later and larger is right and up", () => {
  const { plot, at, rows, columns } = layout(curve([10, 60, 90, 30, 120]), LEVELS, 600, 300);
  for (const { x, y } of at) {
    assert.ok(x >= plot.left && x <= plot.right && y >= plot.top && y <= plot.bottom, `${String(x)} ${String(y)}`);
  }
  assert.equal(at[0]?.x, plot.left);
  assert.equal(at.at(-1)?.x, plot.right);
  assert.ok((at[2]?.y ?? 0) < (at[1]?.y ?? 0));
  assert.deepEqual(
    rows.map(({ tokens }) => tokens),
    [0, 20, 40, 60, 80, 100, 120],
  );
  assert.deepEqual([columns[0]?.seq, columns.at(-1)?.seq], [1, 5]);
});

test("the limit and the levels are there where the conversation comes near them", () => {
  const near = layout(curve([10, 60]), LEVELS, 600, 300);
  assert.deepEqual(
    near.levels.map(({ share }) => share),
    LEVELS,
  );
  assert.ok((near.limit ?? Infinity) < Math.min(...near.levels.map(({ y }) => y)), "the limit is above all levels");
  const far = layout(curve([10, 20]), LEVELS, 600, 300);
  assert.equal(far.limit, undefined);
  assert.deepEqual(far.levels, []);
});

test("a fall is vertical, from what it was to what it is", () => {
  const fall = { compaction: 1, seq: 2, tokensBefore: 90, tokensAfter: 20 };
  const points = [
    { seq: 1, contextTokens: 40 },
    { seq: 2, contextTokens: 90 },
    { seq: 2, contextTokens: 20 },
    { seq: 3, contextTokens: 40 },
  ];
  const { at, compactions, line } = layout(curve([], { points, compactions: [fall] }), LEVELS, 600, 300);
  assert.equal(at[1]?.x, at[2]?.x);
  assert.deepEqual([compactions[0]?.from, compactions[0]?.to], [at[1]?.y, at[2]?.y]);
  assert.equal(line.match(/[ML]/g)?.length, 4);
});

test("falls are read from the curve; two after one event are kept apart, and one that it lacks is taken as it was told", () => {
  const points = [50, 46, 20, 9].map((contextTokens, n) => ({ seq: n === 0 ? 4 : 5, contextTokens }));
  const compactions = [5, 5, 8].map((seq, n) => ({ compaction: n + 1, seq, tokensBefore: 30, tokensAfter: 7 }));
  assert.deepEqual(falls({ points, compactions }), [
    { compaction: 1, before: 46, after: 20 },
    { compaction: 2, before: 20, after: 9 },
    { compaction: 3, before: 30, after: 7 },
  ]);
});

test("texts beside falls never stand on each other, and those at the edge stand to the left", () => {
  const many = Array.from({ length: 60 }, (_, n) => ({
    compaction: n + 1,
    seq: n + 1,
    tokensBefore: 90,
    tokensAfter: 20,
  }));
  const points = many.map(({ seq }) => ({ seq, contextTokens: 50 }));
  const { compactions, plot } = layout(curve([], { points, compactions: many }), LEVELS, 700, 300);
  const labels = compactions
    .filter(({ hasLabel }) => hasLabel)
    .map(({ x, isLeft }) => (isLeft ? [x - 96, x] : [x, x + 96]));
  assert.ok(labels.length >= 4, String(labels.length));
  labels.reduce((before, label) => {
    assert.ok((label[0] ?? 0) >= (before[1] ?? 0), `${String(before)} and ${String(label)}`);
    return label;
  });
  assert.ok(labels.every(([from, to]) => (from ?? 0) >= 0 && (to ?? 0) <= plot.right));
});

test("updates at one place are one mark that names all", () => {
  const updates = [1, 1, 2, 9].map((seq, n) => ({ revision: n + 1, seq }));
  const { updates: marks } = layout(
    curve(
      Array.from({ length: 1000 }, () => 50),
      { updates },
    ),
    LEVELS,
    300,
    200,
  );
  assert.deepEqual(
    marks.map(({ revisions }) => revisions),
    [[1, 2, 3, 4]],
  );
});

test("what has no points, one point, no limit or no room is laid out all the same", () => {
  for (const [sizes, limit, width] of [
    [[], 100, 600],
    [[5], 100, 600],
    [[5, 5], 0, 600],
    [[0, 0], 100, 600],
    [[5, 90], 100, 0],
  ] as const) {
    const made = layout(curve([...sizes], { contextLimit: limit }), LEVELS, width, 0);
    assert.equal(made.at.length, sizes.length);
    assert.doesNotMatch(JSON.stringify(made), /NaN|Infinity|null/);
  }
});

test("the point below the pointer", () => {
  const points = [0, 10, 10, 30].map((x) => ({ x }));
  assert.equal(nearest(points, -5), 0);
  assert.equal(nearest(points, 11), 1);
  assert.equal(nearest(points, 21), 3);
  assert.equal(nearest([], 1), -1);
});
