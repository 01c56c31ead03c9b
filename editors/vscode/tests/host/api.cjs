// The interface for other extensions, and the memory as a document, asked from inside the extension host.

const assert = require("node:assert/strict");
const vscode = require("vscode");

const text = (content) => ({ type: "message", message: { role: "user", content } });
const long = (count) =>
  Array.from({ length: count }, (_, at) => text(`Step ${at}: ${"fix the tide gauge ".repeat(40)}`));
let api;

before(async () => {
  api = await vscode.extensions.getExtension("session-memory.session-memory").activate();
});

describe("append", () => {
  it("stores in order, each event once, and tells the use of the window", async () => {
    const session = api.session("order", { contextLimit: 20_000 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => session.append([text(`number ${at}`)])));
    assert.deepEqual(
      answers.map(({ seq }) => seq),
      answers.map((_, at) => at + 1),
    );
    assert.equal(answers[0].contextLimit, 20_000);
    const named = { ...text("named"), id: "mine" };
    assert.equal((await session.append([named])).stored, 1);
    assert.equal((await session.append([named])).duplicates, 1);
  });

  it("rejects a wrong event with its field, and stores nothing of the batch", async () => {
    const session = api.session("wrong");
    await session.append([text("right")]);
    await assert.rejects(session.append([text("also right"), { type: "nonsense" }]), (error) => {
      assert.equal(error.code, -32602);
      return true;
    });
    assert.equal((await session.append([text("next")])).seq, 2);
  });

  it("takes what the caller changes afterwards as it was", async () => {
    const session = api.session("changed");
    const event = text("as it was");
    const stored = session.append([event]);
    event.message.content = "changed";
    await stored;
    const { messages } = await session.compact({ apply: false });
    assert.match(JSON.stringify(messages), /as it was/);
  });

  it("loses nothing while the server is restarted again and again", async () => {
    const session = api.session("restarts");
    const stored = [];
    for (let at = 0; at < 60; at++) {
      stored.push(session.append([text(`number ${at}`)]));
      if (at % 20 === 10) {
        await vscode.commands.executeCommand("sessionMemory.restartServer");
      }
    }
    const answers = await Promise.all(stored);
    assert.equal(answers.at(-1).seq, 60);
  });
});

describe("compact", () => {
  it("sees everything appended before, and falls only where it is applied", async () => {
    const session = api.session("compact", { contextLimit: 20_000 });
    const appended = session.append([...long(60), text("the very last word")]);
    const preview = await session.compact({ apply: false });
    const { contextTokens } = await appended;
    assert.equal(preview.compacted, true);
    assert.match(JSON.stringify(preview.messages), /the very last word/);
    assert.ok(preview.tokensAfter < preview.tokensBefore);
    assert.ok((await session.append([text("still long")])).contextTokens > contextTokens);
    await session.compact();
    assert.ok((await session.append([text("short now")])).contextTokens < contextTokens);
  });

  it("tells each session of its own updates and pressure only", async () => {
    const seen = [];
    const loud = api.session("loud", { contextLimit: 20_000 });
    const quiet = api.session("quiet");
    const listeners = [
      loud.onDidUpdate(({ sessionId }) => seen.push(sessionId)),
      loud.onDidChangePressure(({ sessionId }) => seen.push(sessionId)),
      quiet.onDidUpdate(() => seen.push("quiet")),
    ];
    await quiet.append([text("hush")]);
    await loud.append(long(90));
    await loud.refresh();
    await until(() => seen.length >= 2);
    assert.deepEqual([...new Set(seen)], ["loud"]);
    listeners.forEach((listener) => listener.dispose());
  });
});

describe("the memory as a document", () => {
  it("has an outline and lenses", async () => {
    const session = api.session("document", { contextLimit: 20_000 });
    await session.append(long(40));
    await session.refresh();
    const uri = vscode.Uri.joinPath(
      vscode.workspace.workspaceFolders[0].uri,
      ".session-memory/document/session-memory.md",
    );
    await vscode.workspace.openTextDocument(uri);
    const outline = await until(() => vscode.commands.executeCommand("vscode.executeDocumentSymbolProvider", uri));
    assert.ok(outline.some(({ name }) => name === "Current State"));
    const lenses = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri, 10);
    assert.ok(lenses.some(({ command }) => command?.title.includes("Compact now")));
  });
});

describe("the manifest", () => {
  it("names no command that is not there", async () => {
    const { contributes } = vscode.extensions.getExtension("session-memory.session-memory").packageJSON;
    const there = await vscode.commands.getCommands(true);
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((name) => !there.includes(name)),
      [],
    );
  });
});

async function until(ask) {
  const end = Date.now() + 50_000;
  for (;;) {
    const answer = await ask();
    if (answer || Date.now() > end) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
