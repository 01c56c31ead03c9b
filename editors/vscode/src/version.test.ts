import assert from "node:assert/strict";
import { test } from "node:test";
import { isCompatible, printedVersion } from "./version";

test("the version is read from what --version prints, and from nothing else", () => {
  assert.equal(printedVersion("session-memory 0.1.0\n"), "0.1.0");
  assert.equal(printedVersion("session-memory 1.20.3-rc.1\r\n"), "1.20.3-rc.1");
  for (const output of ["", "other 0.1.0\n", "session-memory\n", "my session-memory 0.1.0\n", "session-memory 0.1\n"]) {
    assert.equal(printedVersion(output), undefined, output);
  }
});

test("major and minor have to be the same", () => {
  const cases: [string, string, boolean][] = [
    ["0.1.0", "0.1.9", true],
    ["0.1.0-rc.1", "0.1.0", true],
    ["0.2.0", "0.1.0", false],
    ["1.1.0", "0.1.0", false],
    ["0.10.0", "0.1.0", false],
  ];
  for (const [server, extension, expected] of cases) {
    assert.equal(isCompatible(server, extension), expected, `${server} and ${extension}`);
  }
});
