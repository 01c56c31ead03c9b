// "Search the Conversation": a list that searches every event of the workspace while the user types, and opens the event.

import * as vscode from "vscode";
import { command, sessionOf, tellFailure, type App, type Target } from "../app";
import { nameOf } from "../current";
import { showDocument } from "../documents";
import { codeOf } from "../failure";
import { code, type Hit } from "../protocol";
import { agoWord } from "../words";

/** Quiet time after a key before the server is asked. */
const TYPING = 80;
const MOST = 50;

type Row = vscode.QuickPickItem & { hit: Hit };

export function registerSearch(app: App): void {
  command(app, "searchConversation", async (target: Target) => {
    // Only to tell the user where there is nothing to search.
    if ((await sessionOf(app, target)) !== undefined) {
      new SearchList(app, typeof target === "object" ? target.session.sessionId : target).show();
    }
  });
}

class SearchList {
  private readonly list = vscode.window.createQuickPick<Row>();
  private timer: NodeJS.Timeout | undefined;
  private asked: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly app: App,
    private readonly sessionId: string | undefined,
  ) {
    this.list.title = vscode.l10n.t("Search the Conversation");
    this.list.placeholder = vscode.l10n.t('Words, "phrases" or the beginning of a word with *');
    this.list.onDidChangeValue(() => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.search(), TYPING);
    });
    this.list.onDidAccept(() => {
      const hit = this.list.selectedItems[0]?.hit;
      if (hit !== undefined) {
        this.list.hide();
        showDocument({ kind: "event", sessionId: hit.sessionId, seq: hit.seq }).catch((error: unknown) => {
          tellFailure(app, error);
        });
      }
    });
    this.list.onDidHide(() => {
      clearTimeout(this.timer);
      this.asked?.cancel();
      this.list.dispose();
    });
  }

  show(): void {
    this.list.show();
  }

  /** Asks for what stands in the field; an answer to an older question is dropped. */
  private async search(): Promise<void> {
    this.asked?.cancel();
    const query = this.list.value.trim();
    if (query === "") {
      this.list.items = [];
      return;
    }
    const asked = new vscode.CancellationTokenSource();
    this.asked = asked;
    this.list.busy = true;
    try {
      const { hits } = await this.app.connection.request(
        "search",
        { query, sessionId: this.sessionId, limit: MOST },
        asked.token,
      );
      if (!asked.token.isCancellationRequested) {
        this.list.items = hits.map((hit) => this.row(hit));
      }
    } catch (error) {
      if (!asked.token.isCancellationRequested && codeOf(error) !== code.cancelled) {
        this.list.hide();
        tellFailure(this.app, error);
      }
    } finally {
      asked.dispose();
      if (this.asked === asked) {
        this.list.busy = false;
      }
    }
  }

  private row(hit: Hit): Row {
    const session = this.app.sessions.find(hit.sessionId);
    const name = session === undefined ? hit.sessionId : nameOf(session);
    return {
      label: hit.snippet,
      detail: [`#${String(hit.seq)}`, hit.role, agoWord(hit.at), name].filter((part) => part !== "").join(" · "),
      // The server has decided what fits; the list must not sort it out again.
      alwaysShow: true,
      hit,
    };
  }
}
