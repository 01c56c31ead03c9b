// "Attach Transcript": the server reads the file in which an agent keeps its conversation, and goes on reading it where the user
// wants that. What is followed is attached again after each start of the server, also in a window that is opened later; what it knows
// already it skips.

import path from "node:path";
import * as vscode from "vscode";
import { command, type App } from "../app";
import { plain } from "../figures";
import { withProgress } from "../progress";
import { grouped } from "../words";
import { chooseTranscript, type Transcript } from "./transcript-choice";

const FOLLOWED = "sessionMemory.followed";

type Followed = Transcript & { sessionId: string };

export function registerTranscripts(app: App): void {
  const memento = app.context.workspaceState;
  const followed = (): Followed[] => memento.get<Followed[]>(FOLLOWED, []);
  const keep = (transcript: Followed): Thenable<void> => {
    const others = followed().filter((known) => known.path !== transcript.path);
    return memento.update(FOLLOWED, transcript.follow ? [...others, transcript] : others);
  };

  command(app, "attachTranscript", async () => {
    const transcript = await chooseTranscript(app);
    if (transcript === undefined) {
      return;
    }
    const answer = await attach(app, transcript);
    await keep({ ...transcript, sessionId: answer.sessionId });
    await app.sessions.choose(answer.sessionId);
    await app.sessions.refresh();
    const open = vscode.l10n.t("Open Memory");
    const message = vscode.l10n.t(
      "{0} events were read from {1}.",
      grouped(answer.events),
      path.basename(transcript.path),
    );
    void vscode.window
      .showInformationMessage(plain(message), open)
      .then((chosen) =>
        chosen === open ? vscode.commands.executeCommand("sessionMemory.openMemory", answer.sessionId) : undefined,
      );
  });

  const again = async (): Promise<void> => {
    if (followed().length === 0) {
      return;
    }
    await app.sessions.refresh();
    for (const { sessionId, path: file, workspaceFolder } of followed()) {
      // One that was forgotten, here or elsewhere, stays forgotten.
      const isKnown = app.sessions.find(sessionId) !== undefined;
      const wanted = { path: file, workspaceFolder, follow: true };
      await (isKnown ? app.connection.request("import", wanted) : Promise.reject(new Error("it was forgotten"))).catch(
        async (error: unknown) => {
          app.log.warn(`${file} is not followed any more: ${String(error)}`);
          await keep({ ...wanted, sessionId, follow: false });
        },
      );
    }
  };
  app.context.subscriptions.push(
    app.connection.onDidChangeState((state) => {
      if (state.name === "running") {
        void again();
      }
    }),
  );
}

async function attach(app: App, transcript: Transcript): Promise<{ sessionId: string; events: number }> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Reading {0}", path.basename(transcript.path)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) =>
    withProgress(app.connection, progress, (workDoneToken) =>
      app.connection.request("import", { ...transcript, workDoneToken }, token),
    ),
  );
}
