// Makes the packages and installs them, as a user does: the universal one, the feeder and the models into one folder of extensions.
// `--bundled`: also the package for this platform, with the server in it, into another folder.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { basics, environment } from "./editor.mjs";
import { extension, extensionsOf, feeder, fromExtension, models, node, packages, server } from "./places.mjs";
import { makeProfile } from "./profile.mjs";

const { version } = fromExtension("./package.json");
const universal = path.join(packages, "universal.vsix");
const bundled = path.join(packages, "linux-x64.vsix");
const others = [feeder, models].map((folder) => ({
  folder,
  file: path.join(packages, `${path.basename(folder)}.vsix`),
}));

if (process.argv.includes("--package")) {
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  make("universal", universal);
  // A server for tests is large by what a debugger needs of it.
  const program = path.join(packages, "session-memory");
  execFileSync("strip", ["-o", program, server]);
  make("linux-x64", bundled, "--server", program, "--target", "linux-x64");
  const { createVSIX } = fromExtension("@vscode/vsce");
  for (const { folder, file } of others) {
    const options = { cwd: folder, packagePath: file, dependencies: false };
    await createVSIX({ ...options, allowMissingRepository: true, skipLicense: true });
  }
}
for (const [kind, ours] of [
  ["universal", universal],
  ["bundled", bundled],
]) {
  install(kind, ours, ...others.map(({ file }) => file));
}

function make(target, file, ...args) {
  execFileSync(process.execPath, ["scripts/package.mjs", ...args], { cwd: extension, stdio: ["ignore", 2, 2] });
  copyFileSync(path.join(extension, "dist", `session-memory-${target}-${version}.vsix`), file);
}

function install(kind, ...files) {
  const profile = makeProfile();
  const place = extensionsOf(kind);
  rmSync(place, { recursive: true, force: true });
  try {
    const wanted = files.flatMap((file) => ["--install-extension", file]);
    // The editor also complains that it cannot write logs to files; nothing is compiled here for that.
    const { status, stdout, stderr } = spawnSync(node, [...basics(profile, place), ...wanted], {
      env: environment(profile),
      encoding: "utf8",
    });
    if (status !== 0) {
      throw new Error(`${files.join(", ")} cannot be installed:\n${stdout}${stderr}`);
    }
  } finally {
    profile.remove();
  }
}
