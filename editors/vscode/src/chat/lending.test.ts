import assert from "node:assert/strict";
import { test } from "node:test";
import { isRequest, pick, refusal, refusalOf, Refused } from "./lending";

const MODELS = [
  { vendor: "copilot", family: "small" },
  { vendor: "other", family: "small" },
];

test("a model is named by vendor and family, and never replaced by another one", () => {
  assert.equal(pick(MODELS, "other/small"), MODELS[1]);
  for (const name of ["small", "copilot", "", "copilot/large", "Copilot/small"]) {
    assert.equal(pick(MODELS, name), undefined, name);
  }
});

test("errors of the editor are the codes that the server knows", () => {
  const named = (code: string, message: string, cause?: Error): Error =>
    Object.assign(new Error(message, { cause }), { code });
  const cases: [unknown, number, string][] = [
    [named("NoPermissions", "not allowed"), refusal.noConsent, "not allowed"],
    [named("NotFound", "gone"), refusal.noModel, "gone"],
    [named("Blocked", "used up"), refusal.noQuota, "used up"],
    [
      named("Unknown", "failed", new Error("monthly quota exceeded")),
      refusal.noQuota,
      "failed: monthly quota exceeded",
    ],
    [named("Unknown", "failed", new Error("rate limit, try again")), refusal.failed, "failed: rate limit, try again"],
    [
      named("Unknown", "failed", new Error("Prompt exceeds the token limit")),
      refusal.tooLong,
      "failed: Prompt exceeds the token limit",
    ],
    ["words", refusal.failed, "words"],
    [new Refused(refusal.cancelled, "called off"), refusal.cancelled, "called off"],
    [undefined, refusal.failed, "undefined"],
  ];
  for (const [error, code, message] of cases) {
    const found = refusalOf(error);
    assert.deepEqual([found.code, found.message], [code, message]);
  }
});

test("only whole requests are taken", () => {
  const request = { system: "s", messages: [{ role: "user", content: "c" }], maxTokens: 10 };
  assert.ok(isRequest(request));
  for (const wrong of [
    null,
    { ...request, maxTokens: -1 },
    { ...request, messages: [{ role: "system", content: "c" }] },
    { ...request, messages: [{ role: "user", content: [] }] },
    { ...request, system: undefined },
  ]) {
    assert.ok(!isRequest(wrong), JSON.stringify(wrong));
  }
});
