// The picture as something to go through: with the pointer, or as a slider with the keys, where each value is a point of the curve
// that is read out. It is drawn anew where its room changes.

import { nearest, type Layout } from "../chart";
import type { View } from "../messages";
import { cursor, draw } from "./draw";
import { fill, number } from "./words";

/** Points that the page keys pass over, as a share of all. */
const PAGE = 0.1;

export class Chart {
  private view: View | undefined;
  private made: Layout | undefined;
  /** The point that was chosen; undefined: the newest one. */
  private chosen: number | undefined;

  constructor(
    private readonly place: HTMLElement,
    private readonly readout: HTMLElement,
  ) {
    new ResizeObserver(() => {
      this.draw();
    }).observe(place);
    place.addEventListener("pointermove", ({ clientX }) => {
      this.choose(nearest(this.made?.at ?? [], clientX - place.getBoundingClientRect().left));
    });
    place.addEventListener("pointerleave", () => {
      this.choose(undefined);
    });
    place.addEventListener("keydown", (event) => {
      const next = this.after(event.key);
      if (next !== undefined) {
        event.preventDefault();
        this.choose(next);
      }
    });
  }

  get hasLimit(): boolean {
    return this.made?.limit !== undefined;
  }

  show(view: View): void {
    if (view.sessionId !== this.view?.sessionId) {
      this.chosen = undefined;
    }
    this.view = view;
    this.place.setAttribute("aria-label", view.words.chart);
    this.draw();
  }

  private draw(): void {
    const { clientWidth, clientHeight } = this.place;
    if (this.view === undefined || clientWidth === 0) {
      return;
    }
    const { svg, made } = draw(this.view, clientWidth, clientHeight);
    this.made = made;
    this.place.replaceChildren(svg);
    this.point();
  }

  private choose(at: number | undefined): void {
    this.chosen = at;
    this.point();
  }

  /** Shows and says the point that is chosen. */
  private point(): void {
    const points = this.view?.curve.points ?? [];
    const last = Math.max(points.length - 1, 0);
    const at = Math.min(this.chosen ?? last, last);
    const point = points[at];
    if (this.view === undefined || this.made === undefined) {
      return;
    }
    const text = point === undefined ? "" : fill(this.view.words.point, number(point.seq), number(point.contextTokens));
    this.readout.textContent = text;
    this.place.setAttribute("aria-valuemin", "0");
    this.place.setAttribute("aria-valuemax", String(last));
    this.place.setAttribute("aria-valuenow", String(at));
    this.place.setAttribute("aria-valuetext", text);
    this.place.querySelector("#cursor")?.replaceChildren(...cursor(this.made, at));
  }

  private after(key: string): number | undefined {
    const last = (this.view?.curve.points.length ?? 1) - 1;
    const at = this.chosen ?? last;
    const page = Math.max(1, Math.round(last * PAGE));
    const steps: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - page,
      PageUp: at + page,
      Home: 0,
      End: last,
    };
    const next = steps[key];
    return next === undefined ? undefined : Math.min(Math.max(next, 0), last);
  }
}
