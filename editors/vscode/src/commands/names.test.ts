// The server's commands and ours share one registry: no name may be in both.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Manifest {
  contributes: {
    languageModelTools: { name: string }[];
    configuration: { properties: Record<string, unknown> }[];
    commands: { command: string; title: string }[];
    menus: Record<string, { command: string }[]>;
  };
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

test("the page on settings names all settings and no other", () => {
  const page = readFileSync("docs/settings.md", "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([\w.]+)`/g)].map(([, key]) => key));
  const settings = manifest.contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
  assert.deepEqual(named.map((key) => `sessionMemory.${String(key)}`).sort(), settings.sort());
});

test("what models call a tool is what the code registers", () => {
  const tools = readFileSync("src/chat/tools.ts", "utf8");
  const registered = [...tools.matchAll(/registerTool\("(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(
    manifest.contributes.languageModelTools.map(({ name }) => name),
    registered,
  );
});
