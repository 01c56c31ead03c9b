// Makes a package. Without arguments the universal one, which has no server in it; with
//   --server PATH --target linux-x64
// one for a platform with that program inside. The files end in dist/.

import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";

const TARGETS = [
  "linux-x64",
  "linux-arm64",
  "linux-armhf",
  "alpine-x64",
  "alpine-arm64",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
  "win32-arm64",
];
/** Largest package without a server. */
const MOST_BYTES = 1_000_000;

const { values } = parseArgs({ options: { server: { type: "string" }, target: { type: "string" } } });
if ((values.server === undefined) !== (values.target === undefined)) {
  fail("--server and --target belong together");
}
if (values.target !== undefined && !TARGETS.includes(values.target)) {
  fail(`--target is ${values.target}; accepted are ${TARGETS.join(", ")}`);
}

const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const file = path.join("dist", `session-memory-${values.target ?? "universal"}-${version}.vsix`);
rmSync("server", { recursive: true, force: true });
try {
  if (values.server !== undefined) {
    const name = values.target.startsWith("win32") ? "session-memory.exe" : "session-memory";
    mkdirSync("server");
    copyFileSync(values.server, path.join("server", name));
    chmodSync(path.join("server", name), 0o755);
  }
  mkdirSync("dist", { recursive: true });
  await createVSIX({
    dependencies: false,
    packagePath: file,
    ...(values.target === undefined ? {} : { target: values.target }),
  });
} finally {
  rmSync("server", { recursive: true, force: true });
}
const { size } = statSync(file);
if (values.server === undefined && size > MOST_BYTES) {
  fail(`${file} has ${size} bytes; without a server it must stay below ${MOST_BYTES}`);
}
console.log(`${file}: ${size} bytes`);

function fail(message) {
  console.error(message);
  process.exit(1);
}
