// Runs the unit tests: src/**/*.test.ts, bundled and given to Node's own test runner. They need no editor.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const OUT = "dist/unit";
rmSync(OUT, { recursive: true, force: true });
const tests = readdirSync("src", { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => path.join("src", file));
if (tests.length === 0) {
  throw new Error("there are no tests in src/");
}
await build({
  entryPoints: tests,
  outdir: OUT,
  outbase: "src",
  bundle: true,
  platform: "node",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  sourcemap: "inline",
  logLevel: "warning",
});
const files = tests.map((file) => file.replace(/^src/, OUT).replace(/\.ts$/, ".mjs"));
const { status } = spawnSync(process.execPath, ["--test", "--enable-source-maps", ...files], { stdio: "inherit" });
process.exitCode = status ?? 1;
