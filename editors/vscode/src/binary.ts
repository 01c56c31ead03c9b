// Finds the server's program: the one that the user set, the one that came with the extension, or the one on PATH, in this
// order. A program that was set but is not there is an error; it is never silently replaced by another.

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { isCompatible, printedVersion } from "./version";

/** Where a program was found. */
export type Origin = "setting" | "bundled" | "path";

export interface Binary {
  path: string;
  origin: Origin;
  version: string;
}

/** Why there is no server to start. */
export type BinaryProblem =
  | { kind: "missing" }
  | { kind: "notThere"; path: string }
  | { kind: "notAbsolute"; path: string }
  | { kind: "notOurs"; path: string; origin: Origin; detail: string }
  | { kind: "wrongVersion"; path: string; origin: Origin; version: string };

/** What the search depends on, so that tests can say it. */
export interface Place {
  setting: string;
  extensionFolder: string;
  extensionVersion: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  home: string;
}

/** Longest time that `--version` may take; a virus scanner may look at the file first. */
const PATIENCE = 15_000;

/** Finds the program and asks its version. */
export async function findBinary(place: Place): Promise<Binary | BinaryProblem> {
  const found = await locate(place);
  if ("kind" in found) {
    return found;
  }
  const { path: file, origin } = found;
  const asked = await askVersion(file);
  if ("detail" in asked) {
    return { kind: "notOurs", path: file, origin, detail: asked.detail };
  }
  if (!isCompatible(asked.version, place.extensionVersion)) {
    return { kind: "wrongVersion", path: file, origin, version: asked.version };
  }
  return { path: file, origin, version: asked.version };
}

/** Finds the program, without asking it anything. */
export async function locate(
  place: Omit<Place, "extensionVersion">,
): Promise<{ path: string; origin: Origin } | BinaryProblem> {
  const name = place.platform === "win32" ? "session-memory.exe" : "session-memory";
  const set = place.setting.trim();
  if (set !== "") {
    const file = set.startsWith("~/") ? path.join(place.home, set.slice(2)) : set;
    if (!path.isAbsolute(file)) {
      return { kind: "notAbsolute", path: set };
    }
    return (await isExecutable(file)) ? { path: file, origin: "setting" } : { kind: "notThere", path: file };
  }
  const bundled = path.join(place.extensionFolder, "server", name);
  if (await isExecutable(bundled)) {
    return { path: bundled, origin: "bundled" };
  }
  for (const folder of searchPath(place)) {
    const file = path.join(folder, name);
    if (await isExecutable(file)) {
      return { path: file, origin: "path" };
    }
  }
  return { kind: "missing" };
}

/** The folders of PATH, and where `cargo install` puts programs, because an editor started from a menu may not have it on PATH.
 * Relative folders are left out: they would mean the workspace. */
export function searchPath(place: Pick<Place, "env" | "platform" | "home">): string[] {
  const windows = place.platform === "win32";
  const listed = (place.env["PATH"] ?? place.env["Path"] ?? "").split(windows ? ";" : ":");
  const rules = windows ? path.win32 : path.posix;
  return [...listed, path.join(place.home, ".cargo", "bin")].filter((folder) => rules.isAbsolute(folder));
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function askVersion(file: string): Promise<{ version: string } | { detail: string }> {
  return new Promise((resolve) => {
    execFile(file, ["--version"], { timeout: PATIENCE, windowsHide: true }, (error, stdout) => {
      const version = printedVersion(stdout);
      if (version !== undefined) {
        resolve({ version });
      } else {
        resolve({ detail: error?.message.trim() ?? stdout.trim().slice(0, 200) });
      }
    });
  });
}
