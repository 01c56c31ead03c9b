// The server's commands and ours share one registry: no name may be in both.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Manifest {
  contributes: { commands: { command: string; title: string }[]; menus: Record<string, { command: string }[]> };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const ours = manifest.contributes.commands.map(({ command }) => command);

test("no command is named like a method of the server", () => {
  const protocol = readFileSync("../../docs/protocol.md", "utf8");
  const methods = [...protocol.matchAll(/sessionMemory\/(\w+)/g)].map(([, name]) => `sessionMemory.${String(name)}`);
  assert.ok(new Set(methods).size >= 15, "docs/protocol.md lists the methods");
  assert.deepEqual(
    ours.filter((command) => methods.includes(command)),
    [],
  );
});

test("menus name commands that there are, and the page on commands names all that the palette shows", () => {
  for (const [menu, entries] of Object.entries(manifest.contributes.menus)) {
    for (const { command } of entries) {
      assert.ok(ours.includes(command), `${menu}: ${command}`);
    }
  }
  const page = readFileSync("docs/commands.md", "utf8");
  const hidden = ["sessionMemory.compareWithNewest"];
  assert.deepEqual(
    ours.filter((command) => !hidden.includes(command) && !page.includes(`\`${command}\``)),
    [],
  );
});
