// How long to wait before a server that died is started again. Waits grow; after a few deaths in a row it is given up, and a
// server that ran well for a while starts the count anew.

const WAITS = [0, 500, 2_000, 5_000, 15_000];
/** A server that lived this long died of something new. */
const HEALTHY = 60_000;

export class Backoff {
  private deaths = 0;

  /** The wait before the next start in milliseconds; undefined: given up. */
  next(livedFor: number): number | undefined {
    if (livedFor >= HEALTHY) {
      this.deaths = 0;
    }
    return WAITS[this.deaths++];
  }

  /** The user asked for a start: all tries are there again. */
  reset(): void {
    this.deaths = 0;
  }
}
