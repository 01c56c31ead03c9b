// Collects the texts of vscode.l10n.t in l10n/bundle.l10n.json. --check: fails where the file is not up to date, or where a
// translation lacks a text or has one that is not used any more.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { getL10nJson } from "@vscode/l10n-dev";

const BUNDLE = "l10n/bundle.l10n.json";
const sources = readdirSync("src", { recursive: true })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .sort()
  .map((file) => ({ extension: ".ts", contents: readFileSync(path.join("src", file), "utf8") }));
const bundle = `${JSON.stringify(await getL10nJson(sources), null, 2)}\n`;

if (process.argv.includes("--check")) {
  const problems = bundle === readFileSync(BUNDLE, "utf8") ? [] : [`${BUNDLE} is old: run "npm run l10n"`];
  for (const [base, folder] of [
    ["bundle.l10n.json", "l10n"],
    ["package.nls.json", "."],
  ]) {
    const keys = keysOf(path.join(folder, base));
    const pattern = new RegExp(`^${base.replace(/json$/, "")}[\\w-]+\\.json$`.replaceAll(".l", "\\.l"));
    for (const file of readdirSync(folder).filter((name) => pattern.test(name))) {
      const translated = keysOf(path.join(folder, file));
      problems.push(...keys.filter((key) => !translated.includes(key)).map((key) => `${file} lacks: ${key}`));
      problems.push(
        ...translated.filter((key) => !keys.includes(key)).map((key) => `${file} has what is not used: ${key}`),
      );
    }
  }
  problems.push(...unnamed());
  problems.forEach((problem) => console.error(problem));
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  writeFileSync(BUNDLE, bundle);
}

function keysOf(file) {
  return Object.keys(JSON.parse(readFileSync(file, "utf8")));
}

/** Texts of the manifest that are not in package.nls.json, and the other way round. */
function unnamed() {
  const used = [...readFileSync("package.json", "utf8").matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
  const keys = keysOf("package.nls.json");
  return [
    ...used.filter((key) => !keys.includes(key)).map((key) => `package.nls.json lacks: ${key}`),
    ...keys.filter((key) => !used.includes(key)).map((key) => `package.nls.json has what is not used: ${key}`),
  ];
}
