// Runs a piece of work on demand, however often it is asked for: one run at a time, and one more where something was asked for
// meanwhile. What is asked for within a short time is one run.

export class Gather {
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private isWanted = false;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly work: () => Promise<void>,
    private readonly quiet: number,
  ) {}

  /** Resolves when a run that began after this call has ended; a failed run ends as well. */
  ask(): Promise<void> {
    const done = new Promise<void>((resolve) => this.waiting.push(resolve));
    this.isWanted = true;
    this.plan();
    return done;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.isWanted = false;
    this.waiting.splice(0).forEach((resolve) => {
      resolve();
    });
  }

  private plan(): void {
    if (this.isRunning || this.timer !== undefined || !this.isWanted) {
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.run();
    }, this.quiet);
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    this.isWanted = false;
    const waiting = this.waiting.splice(0);
    try {
      await this.work();
    } catch {
      // The work tells of its own failures.
    }
    this.isRunning = false;
    waiting.forEach((resolve) => {
      resolve();
    });
    this.plan();
  }
}
