// Bundles the extension into dist/extension.js and the dashboard's page into dist/dashboard.js. --production: smaller and without a source map. --watch: again at each change.

import { context } from "esbuild";

const production = process.argv.includes("--production");
const both = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "info",
};
const builds = await Promise.all([
  context({
    ...both,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode"],
    mainFields: ["module", "main"],
  }),
  context({
    ...both,
    entryPoints: ["src/dashboard/page/main.ts"],
    outfile: "dist/dashboard.js",
    platform: "browser",
    format: "iife",
    target: "es2023",
    tsconfig: "src/dashboard/page/tsconfig.json",
  }),
]);
if (process.argv.includes("--watch")) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  await Promise.all(builds.map((build) => build.rebuild()));
  await Promise.all(builds.map((build) => build.dispose()));
}
