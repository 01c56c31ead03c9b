// The dashboard's page before anything is known: its parts in reading order. Only our own script and style sheet are loaded, and
// nothing is in the page that came from a conversation: that is set as text later.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Action } from "./messages";

export function html(webview: vscode.Webview, extension: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64url");
  const file = (...parts: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, ...parts)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${safe(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${safe(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Session Memory</title>
<link rel="stylesheet" href="${safe(file("media", "dashboard.css"))}">
</head>
<body>
<main>
<p id="empty">${safe(vscode.l10n.t("Reading the session…"))}</p>
<div id="all" hidden>
<header>
<h1 id="name"></h1>
<p id="about"></p>
<p id="status" role="status"></p>
</header>
<div class="buttons" role="group" aria-label="${safe(vscode.l10n.t("What can be done"))}">
${buttons()}
</div>
<dl id="figures"></dl>
<section aria-labelledby="chart-title">
<h2 id="chart-title">${safe(vscode.l10n.t("Size of the context"))}</h2>
<div id="chart" role="slider" tabindex="0" aria-orientation="horizontal" aria-describedby="chart-how"></div>
<p id="readout" aria-hidden="true"></p>
<p id="chart-how" class="unseen">${safe(vscode.l10n.t("The arrow keys go through the conversation. The table below says the same."))}</p>
<ul id="legend"></ul>
<details id="table">
<summary>${safe(vscode.l10n.t("Updates and compactions as a table"))}</summary>
<div class="wide" tabindex="0" role="group" aria-labelledby="chart-title">
<table>
<thead><tr>${heads()}</tr></thead>
<tbody id="rows"></tbody>
</table>
</div>
</details>
</section>
<section id="change" aria-labelledby="change-title">
<h2 id="change-title">${safe(vscode.l10n.t("What the last update changed"))}</h2>
<p id="change-about"></p>
<ul id="notes"></ul>
<div id="diff" class="wide" tabindex="0" role="group" aria-labelledby="change-title"></div>
<p id="left"></p>
</section>
</div>
</main>
<script nonce="${nonce}" src="${safe(file("dist", "dashboard.js"))}"></script>
</body>
</html>`;
}

function buttons(): string {
  const titles: Record<Action, string> = {
    compact: vscode.l10n.t("Compact"),
    refresh: vscode.l10n.t("Refresh"),
    openMemory: vscode.l10n.t("Open Memory"),
    showChanges: vscode.l10n.t("What Changed"),
    explain: vscode.l10n.t("Explain Last Compaction"),
    search: vscode.l10n.t("Search…"),
    switchSession: vscode.l10n.t("Switch Session…"),
  };
  return Object.entries(titles)
    .map(([action, title]) => `<button type="button" data-action="${action}">${safe(title)}</button>`)
    .join("\n");
}

function heads(): string {
  return [
    vscode.l10n.t("What happened"),
    vscode.l10n.t("Event"),
    vscode.l10n.t("When"),
    vscode.l10n.t("Size of the context"),
  ]
    .map((title) => `<th scope="col">${safe(title)}</th>`)
    .join("");
}

function safe(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${String(mark.charCodeAt(0))};`);
}
