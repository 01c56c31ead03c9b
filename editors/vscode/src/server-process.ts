// The server's process: started once, ended for sure. It ends by itself at the end of its stdin; where it does not, it is killed.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

/** Time that a server has to end by itself. With the two seconds of the client it is less than the five that an editor waits. */
const GRACE = 2_000;

export class ServerProcess {
  private constructor(
    readonly child: ChildProcessWithoutNullStreams,
    readonly ended: Promise<string>,
  ) {}

  /** Starts a program; rejects where the system refuses. It runs in the home folder: one in the workspace would hold on to it. */
  static async start(file: string, home: string, env: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const child = spawn(file, ["serve"], { cwd: home, env, stdio: "pipe", windowsHide: true });
    const ended = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => {
        resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
      });
    });
    // A write to a server that is gone fails here; that it is gone is seen by its end.
    child.stdin.on("error", () => undefined);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.on("error", () => undefined);
    return new ServerProcess(child, ended);
  }

  /** Waits until it has ended, and kills it where it takes too long; tells how it ended. */
  async end(): Promise<string> {
    this.child.stdin.end();
    const timer = setTimeout(() => {
      this.kill();
    }, GRACE);
    const how = await this.ended;
    clearTimeout(timer);
    return how;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}
