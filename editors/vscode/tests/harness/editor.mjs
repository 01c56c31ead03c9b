// A code-server of a scenario's own: any free port of the loopback address, no account, no gallery, nothing in the user's home.

import { spawn } from "node:child_process";
import path from "node:path";
import { codeServer, extensionsOf, node } from "./places.mjs";
import { markOf, processesOf } from "./processes.mjs";
import { until } from "./until.mjs";

/** The environment of the editor: nothing of ours but what is said here. */
export function environment(profile, more = {}) {
  const [name, value] = markOf(profile).split("=");
  return {
    PATH: [path.dirname(node), "/usr/bin", "/bin"].join(":"),
    LANG: "C.UTF-8",
    HOME: profile.at("home"),
    EXTENSIONS_GALLERY: "{}",
    FEEDER_SOCKET: profile.socket,
    [name]: value,
    ...more,
  };
}

/** The arguments that every call of code-server has. */
export function basics(profile, extensions) {
  const config = ["--config", profile.at("config/config.yaml"), "--user-data-dir", profile.userData];
  return [codeServer, ...config, "--extensions-dir", extensions];
}

export async function startEditor(profile, { extensions = extensionsOf("universal"), env = {}, flags = [] } = {}) {
  const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
  const args = [...basics(profile, extensions), "--bind-addr", "127.0.0.1:0", "--auth", "none", ...quiet, ...flags];
  const child = spawn(node, args, { env: environment(profile, env), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => (output += data));
  }
  const port = await until("code-server listens or ends", () =>
    child.exitCode === null ? /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1] : "none",
  );
  if (port === "none") {
    throw new Error(`code-server ended: ${output}`);
  }
  return {
    port: Number(port),
    output: () => output,
    /** Ends it; what it started has to end by itself. */
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await until("code-server has ended", () => child.exitCode !== null || child.signalCode !== null);
      await until("all that code-server started has ended", () => processesOf(profile).length === 0, 30_000);
    },
  };
}
