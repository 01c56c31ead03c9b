// A unified difference as lines that people read: what came, what went, what stands around it.

export interface DiffLine {
  kind: "added" | "removed" | "same" | "gap";
  text: string;
}

/** The lines of a unified difference, at most `most` of them; `left` is how many were left out. */
export function diffLines(unified: string, most: number): { lines: DiffLine[]; left: number } {
  const all: DiffLine[] = [];
  let isInside = false;
  for (const line of unified.replace(/\n$/, "").split("\n")) {
    if (line.startsWith("@@")) {
      // Between two places of the text, and not above the first one.
      if (isInside) {
        all.push({ kind: "gap", text: "" });
      }
      isInside = true;
    } else if (isInside) {
      const found = body(line);
      if (found !== undefined) {
        all.push(found);
      }
    }
  }
  return { lines: all.slice(0, most), left: Math.max(0, all.length - most) };
}

function body(line: string): DiffLine | undefined {
  const text = line.slice(1);
  switch (line[0]) {
    case "+":
      return { kind: "added", text };
    case "-":
      return { kind: "removed", text };
    case "\\":
      // "No newline at end of file" is no line of the text.
      return undefined;
    default:
      return { kind: "same", text };
  }
}
