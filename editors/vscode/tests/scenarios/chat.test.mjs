// The chat: "@memory" with a model and without one, and the tools that other models call.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { begin, scenario } from "../harness/scenario.mjs";
import { until } from "../harness/until.mjs";

const SHORT = { type: "message", message: { role: "user", content: "Paint the bollards in signal yellow." } };

/** Asks in the chat; the newest answer, as soon as it has a text in it that the ones before do not have. */
async function ask(window, question, expected) {
  const box = window.page.locator(".interactive-session .chat-input-container .monaco-editor").last();
  const answers = window.page.locator(".interactive-item-container.interactive-response");
  await box.click();
  await window.page.keyboard.press("Control+A");
  await window.page.keyboard.type(question);
  // Words that begin with a mark are completed in a list, which would take the Enter.
  await until("the participant is known", async () => (await box.innerText()).includes("@memory"));
  await window.page.keyboard.press("Escape");
  await window.page.keyboard.press("Enter");
  return until(`the answer has "${expected}"`, async () => {
    const text = await answers.last().innerText();
    return text.includes(expected) && text;
  });
}

scenario(
  "@memory answers from the memory, and its commands without a model; tools read",
  {
    env: ({ at }) => ({ MODELS_LOG: at("models.log") }),
    // The editor tells its console what a tool refuses.
    expects: /from tool sessionMemory_/,
  },
  async (stage) => {
    const { window, feeder, profile } = stage;
    await begin(stage, "chat", 120);
    await feeder.call("refresh", "chat");
    await feeder.call("append", "chat", [SHORT]);

    const hits = await feeder.call("tool", "sessionMemory_search", { query: "bollards", limit: 3 });
    const seq = /event (\d+) \(user/.exec(hits)?.[1];
    assert.match(hits, /Paint the bollards|bollards/);
    assert.match(await feeder.call("tool", "sessionMemory_read", { fromSeq: Number(seq) }), /signal yellow/);
    assert.match(await feeder.call("tool", "sessionMemory_read", {}), /## Current State/);
    await assert.rejects(feeder.call("tool", "sessionMemory_search", {}), /query.*missing/);
    await assert.rejects(feeder.call("tool", "sessionMemory_read", { sessionId: "nobody" }), /no such session.*chat/);

    await until("the editor knows its models", async () => (await feeder.call("models")).includes("writer"));
    await window.run("Chat: Open Chat");
    const status = await ask(window, "@memory /status ", "Memory: revision");
    assert.match(status, /Context: [\d,]+ of 48,000 tokens/);
    await ask(window, "@memory /search bollards", "signal yellow");
    await ask(window, "@memory /compact ", "tokens instead of");
    await ask(window, "@memory which colour do the bollards get?", "The scripted model was given");
    await window.screenshot("chat");
    const asked = readFileSync(profile.at("models.log"), "utf8").trim().split("\n");
    assert.equal(asked.length, 1, "only the question needed a model");
    assert.match(asked[0], /## Current State/);
    assert.match(asked[0], /signal yellow/);
    assert.match(asked[0], /which colour/);
  },
);
