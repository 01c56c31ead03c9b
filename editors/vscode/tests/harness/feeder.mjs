// Talks with the feeder (tests/feeder), the extension that stands for an agent's: one JSON text a line, through a socket.

import net from "node:net";
import { DEADLINE, until } from "./until.mjs";

export async function connectFeeder(profile) {
  const socket = await until("the feeder listens", () => connect(profile.socket));
  const waiting = new Map();
  let rest = "";
  let next = 0;
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    for (const { id, result, error } of lines.map((line) => JSON.parse(line))) {
      const { resolve, reject, timer } = waiting.get(id);
      clearTimeout(timer);
      waiting.delete(id);
      if (error === undefined) {
        resolve(result);
      } else {
        reject(Object.assign(new Error(error.message), error));
      }
    }
  });
  socket.on("close", () => {
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(new Error("the feeder is gone"));
    }
  });
  return {
    /** Calls one of the feeder's functions. */
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        const id = ++next;
        const timer = setTimeout(() => reject(new Error(`the feeder did not answer: ${name}`)), DEADLINE);
        waiting.set(id, { resolve, reject, timer });
        socket.write(`${JSON.stringify({ id, name, args })}\n`);
      }),
    close: () => socket.destroy(),
  };
}

function connect(path) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path, () => resolve(socket));
    socket.once("error", reject);
  });
}
