// What other extensions ask for one session, in order, one piece at a time. A piece that was cut off by a lost connection stays
// the first and is done again, where it says that this is safe.

/** Whether a piece of work that failed like this is to be done again, once there is a server. */
export type Again = (error: unknown) => boolean;

interface Job {
  run: () => Promise<void>;
  again: Again;
  reject: (error: unknown) => void;
}

export class Orderly {
  private readonly jobs: Job[] = [];
  private isBusy = false;

  /** Does a piece of work behind all others. */
  add<T>(work: () => Promise<T>, again: Again): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async (): Promise<void> => {
        resolve(await work());
      };
      this.jobs.push({ run, again, reject });
      void this.go();
    });
  }

  /** There is a server again: what was cut off is done now. */
  retry(): void {
    void this.go();
  }

  /** Nothing more is done; who waits is told why. */
  end(reason: Error): void {
    this.jobs.splice(0).forEach(({ reject }) => {
      reject(reason);
    });
  }

  private async go(): Promise<void> {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    for (let job = this.jobs[0]; job !== undefined; job = this.jobs[0]) {
      try {
        await job.run();
      } catch (error) {
        if (job.again(error)) {
          this.refuseImpatient(error);
          break;
        }
        job.reject(error);
      }
      if (this.jobs[0] === job) {
        this.jobs.shift();
      }
    }
    this.isBusy = false;
  }

  /** Who would not wait for a server does not wait behind one who does. */
  private refuseImpatient(error: unknown): void {
    for (const job of [...this.jobs]) {
      if (!job.again(error)) {
        this.jobs.splice(this.jobs.indexOf(job), 1);
        job.reject(error);
      }
    }
  }
}
