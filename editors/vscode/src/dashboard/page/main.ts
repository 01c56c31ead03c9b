// The page: shows what the extension says, and says which button was pressed. Parts stay in place when their contents change, so that
// nobody loses the focus.

import { isKept, isToPage, type FromPage, type Kept, type View } from "../messages";
import { Chart } from "./picture";
import { element, nodes } from "./dom";
import { fill, number } from "./words";

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: Kept): void;
};

const editor = acquireVsCodeApi();
const chart = new Chart(element("chart"), element("readout"));
const table = element("table") as HTMLDetailsElement;
let view: View | undefined;

function show(next: View): void {
  view = next;
  element("empty").hidden = true;
  element("all").hidden = false;
  element("name").textContent = next.name;
  element("about").textContent = next.about;
  say(element("status"), next.status);
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-action]")) {
    button.setAttribute("aria-disabled", String(next.off.some((action) => action === button.dataset["action"])));
  }
  element("figures").replaceChildren(
    ...next.figures.map(({ name, value, note }) =>
      nodes("div", {}, [
        nodes("dt", {}, [name]),
        nodes("dd", {}, [nodes("strong", {}, [value]), " ", nodes("span", {}, [note])]),
      ]),
    ),
  );
  chart.show(next);
  element("legend").replaceChildren(...legend(next));
  element("rows").replaceChildren(
    ...next.happenings.map(([what = "", ...cells]) =>
      nodes("tr", {}, [nodes("th", { scope: "row" }, [what]), ...cells.map((cell) => nodes("td", {}, [cell]))]),
    ),
  );
  showChange(next);
  keep();
}

function legend({ words, curve, levels }: View): HTMLElement[] {
  const entry = (kind: string, text: string): HTMLElement =>
    nodes("li", {}, [nodes("span", { class: `mark ${kind}`, "aria-hidden": "true" }, []), text]);
  const limit = number(curve.contextLimit);
  return [
    entry("update", words.updates),
    entry("compaction", words.compactions),
    ...(chart.hasLimit
      ? [
          ...levels.map(({ name, share }, level) =>
            entry(`level level${String(level)}`, fill(words.level, name, number(share * 100))),
          ),
          entry("limit", fill(words.limit, limit)),
        ]
      : [nodes("li", {}, [fill(words.far, limit)])]),
  ];
}

function showChange({ change, words }: View): void {
  element("change").hidden = change === null;
  if (change === null) {
    return;
  }
  element("change-about").textContent = change.title;
  element("notes").replaceChildren(...change.notes.map((note) => nodes("li", {}, [note])));
  element("diff").replaceChildren(
    ...change.lines.map(({ kind, text }) => {
      switch (kind) {
        case "added":
          return nodes("ins", {}, [nodes("span", { class: "unseen" }, [words.added]), text]);
        case "removed":
          return nodes("del", {}, [nodes("span", { class: "unseen" }, [words.removed]), text]);
        case "gap":
          return nodes("hr", {}, []);
        case "same":
          return nodes("div", {}, [text]);
      }
    }),
  );
  element("left").textContent = change.left;
}

/** A text that is said again only where it is another one. */
function say(place: HTMLElement, text: string): void {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

function keep(): void {
  if (view !== undefined) {
    editor.setState({ view, isTableOpen: table.open });
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLButtonElement>("button[data-action]") : null;
  if (button !== null && view !== undefined && button.getAttribute("aria-disabled") !== "true") {
    const message = { type: "do", action: button.dataset["action"], sessionId: view.sessionId };
    editor.postMessage(message as FromPage);
  }
});
table.addEventListener("toggle", keep);
window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (!isToPage(data)) {
    return;
  }
  if (data.type === "show") {
    show(data.view);
  } else {
    view = undefined;
    element("all").hidden = true;
    element("empty").hidden = false;
    say(element("empty"), data.text);
  }
});

const kept = editor.getState();
if (isKept(kept)) {
  table.open = kept.isTableOpen;
  show(kept.view);
}
editor.postMessage({ type: "ready" });
