// Bundles the extension into dist/extension.js, the language client, which is most of the code and only needed with a server, into
// dist/client.js, and the dashboard's page into dist/dashboard.js. --production: smaller and without a source map. --watch: again
// at each change.

import { readFile } from "node:fs/promises";
import { context } from "esbuild";

const production = process.argv.includes("--production");
const every = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "info",
};

/** The editor's interface has hundreds of members, and what bundlers write for an `import * as vscode` copies them, for each file anew:
 * tens of milliseconds at the start. Here it is taken as it is. */
const plainInterface = {
  name: "plain-interface",
  setup: (build) =>
    build.onLoad({ filter: /(\/src\/.*\.ts|\/vscode-languageclient\/.*\.js)$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8"))
        .replace(/^import \* as vscode from "vscode";$/m, 'const vscode = require("vscode");')
        .replace('__importStar(require("vscode"))', 'require("vscode")'),
      loader: path.endsWith(".ts") ? "ts" : "js",
    })),
};

/** The client's file stays apart from the one that loads it. */
const clientApart = {
  name: "client-apart",
  setup: (build) =>
    build.onResolve({ filter: /^\.\/client-parts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./client.js", external: true } : undefined,
    ),
};

const node = {
  ...every,
  platform: "node",
  format: "cjs",
  target: "node22",
  external: ["vscode"],
  mainFields: ["module", "main"],
  // The editor hands its interface out at `require`.
  supported: { "dynamic-import": false },
  plugins: [plainInterface, clientApart],
};
const builds = await Promise.all([
  context({ ...node, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js" }),
  context({ ...node, entryPoints: ["src/client-parts.ts"], outfile: "dist/client.js" }),
  context({
    ...every,
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
