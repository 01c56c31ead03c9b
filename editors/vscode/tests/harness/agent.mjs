// What Claude Code leaves on a machine: the transcript of a conversation in its own folder, and calls of our hook, as it makes them.

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { environment } from "./editor.mjs";
import { sample, server } from "./places.mjs";

/** Of the sample, as it is in its records. */
const SAMPLE = { id: "5e1f8a3c-0b7d-4c92-9a46-d1c3b7e20f58", folder: "/home/mira/tidelog" };

/** A conversation in a folder, with the first records of the sample; `more` adds the next ones. It begins with a verb. */
export function conversation(profile, folder, id, records = 100, verb = "build") {
  const projects = profile.at("home/.claude/projects", folder.replace(/[^A-Za-z0-9]/g, "-"));
  const file = path.join(projects, `${id}.jsonl`);
  const lines = readFileSync(sample, "utf8")
    .replaceAll(SAMPLE.id, id)
    .replaceAll(SAMPLE.folder, folder)
    .replaceAll("Please build", `Please ${verb}`)
    .split("\n");
  const text = (from, to) => lines.slice(from, to).join("\n") + "\n";
  let written = records;
  mkdirSync(projects, { recursive: true });
  writeFileSync(file, text(0, records));
  return {
    id,
    file,
    folder,
    more(count) {
      appendFileSync(file, text(written, written + count));
      written += count;
    },
  };
}

/** What Claude Code gives to a hook at a prompt. */
export function hookInput({ id, file, folder }) {
  const event = { hook_event_name: "UserPromptSubmit", prompt: "Go on." };
  return JSON.stringify({ session_id: id, transcript_path: file, cwd: folder, ...event });
}

/** Tells our hook of it. */
export function hook(profile, agent) {
  execFileSync(server, ["hook", "--agent", "claude-code"], {
    input: hookInput(agent),
    env: environment(profile),
    stdio: ["pipe", "ignore", "inherit"],
  });
}
