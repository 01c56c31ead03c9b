// Stands for Claude Code in a terminal: tells our hook of its conversation, as a child of its own, and keeps what is typed into it.
// stand-in.mjs SERVER CONVERSATION TYPED: the program, a JSON text with the hook's input, the file for what is typed.

import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";

const [server, input, typed] = process.argv.slice(2);
spawnSync(server, ["hook", "--agent", "claude-code"], { input, stdio: ["pipe", "ignore", "inherit"] });
process.stdin.setRawMode(true);
process.stdin.on("data", (data) => {
  appendFileSync(typed, data);
  if (data.includes(3)) {
    process.exit();
  }
});
console.log("The stand-in is ready.");
