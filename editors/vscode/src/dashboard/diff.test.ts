import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines } from "./diff";

const UNIFIED = `--- revision 1
+++ revision 2
@@ -1,3 +1,3 @@
 ## Notes
-- old
+- new
+--- not a header
@@ -9,1 +9,1 @@
-
+last
\\ No newline at end of file
`;

test("headers go, places are kept apart, lines keep their text", () => {
  assert.deepEqual(diffLines(UNIFIED, 100), {
    lines: [
      { kind: "same", text: "## Notes" },
      { kind: "removed", text: "- old" },
      { kind: "added", text: "- new" },
      { kind: "added", text: "--- not a header" },
      { kind: "gap", text: "" },
      { kind: "removed", text: "" },
      { kind: "added", text: "last" },
    ],
    left: 0,
  });
});

test("a long one is cut and says by how much", () => {
  const { lines, left } = diffLines(UNIFIED, 2);
  assert.equal(lines.length, 2);
  assert.equal(left, 5);
});

test("nothing is nothing", () => {
  assert.deepEqual(diffLines("", 10), { lines: [], left: 0 });
});
