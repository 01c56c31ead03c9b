import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ANYONES, memoryPatterns, sharedSettings, USERS, userSettings, type Inspected } from "./settings";

const inspector = (all: Record<string, Inspected>) => (key: string) => all[key];

test("a workspace has no say in what costs money or names a place", () => {
  const hostile = Object.fromEntries(USERS.map((key) => [key, { workspaceValue: "http://evil.example" }]));
  assert.deepEqual(userSettings(inspector(hostile)), {});
  assert.deepEqual(sharedSettings(inspector(hostile), true), {});
  const both = { provider: { globalValue: "openai", workspaceValue: "anthropic" } };
  assert.deepEqual(userSettings(inspector(both)), { provider: "openai" });
});

test("a workspace's own values count only where it is trusted", () => {
  const inspect = inspector({
    initTokens: { globalValue: 1, workspaceValue: 2 },
    memoryFile: { workspaceValue: "a.md" },
  });
  assert.deepEqual(sharedSettings(inspect, true), { initTokens: 2, memoryFile: "a.md" });
  assert.deepEqual(sharedSettings(inspect, false), { initTokens: 1 });
});

test("what nobody wrote is not sent", () => {
  const inspect = inspector({
    initTokens: { globalValue: null },
    memoryFile: { globalValue: "" },
    updateTokens: { globalValue: 0 },
  });
  assert.deepEqual(sharedSettings(inspect, true), { updateTokens: 0 });
});

test("every setting of the server is in the manifest: restricted, and the user's own ones at the machine's scope", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
    contributes: { configuration: { properties: Record<string, { scope: string }> }[] };
  };
  const properties = Object.assign({}, ...manifest.contributes.configuration.map((part) => part.properties)) as Record<
    string,
    { scope: string }
  >;
  for (const key of [...USERS, "server.path", "server.extraEnv"]) {
    assert.equal(properties[`sessionMemory.${key}`]?.scope, "machine", key);
  }
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  for (const key of [...USERS, ...ANYONES, "server.path", "server.extraEnv"]) {
    assert.ok(restricted.includes(`sessionMemory.${key}`), key);
  }
});

test("documents are looked for where memories are written", () => {
  assert.deepEqual(memoryPatterns(undefined), ["**/session-memory.md"]);
  assert.deepEqual(memoryPatterns("./notes/{session}.md"), ["**/session-memory.md", "**/notes/*.md"]);
  assert.deepEqual(memoryPatterns("a[1]{x}/{session}*.md"), ["**/session-memory.md", "**/a?1??x?/*?.md"]);
});
