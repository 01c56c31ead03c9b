// How long the extension host was busy without a pause: the longest time between two ticks, and the processor time that this
// thread used between two ticks, which other programs on the machine do not lengthen.

const TICK = 2;

/** So long has nothing to happen before the host counts as quiet. */
const QUIET = 1_000;
/** Work of others that is no hindrance. */
const LITTLE = 5;

exports.Lag = class {
  /** Resolves once the host has had nothing to do for a while: other extensions begin after the window has opened. */
  async quiet() {
    for (let since = performance.now(); performance.now() - since < QUIET;) {
      this.begin();
      await new Promise((resolve) => setTimeout(resolve, 10 * TICK));
      if (this.end().processor > LITTLE) {
        since = performance.now();
      }
    }
  }

  begin() {
    clearInterval(this.timer);
    this.wall = 0;
    this.processor = 0;
    let then = performance.now();
    let used = processorTime();
    this.timer = setInterval(() => {
      const [now, usedNow] = [performance.now(), processorTime()];
      this.wall = Math.max(this.wall, now - then - TICK);
      this.processor = Math.max(this.processor, usedNow - used);
      [then, used] = [now, usedNow];
    }, TICK);
  }

  end() {
    clearInterval(this.timer);
    return { wall: this.wall, processor: this.processor };
  }
};

/** Of this thread, in milliseconds; of the process where Node is too old to tell. */
function processorTime() {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage).call(process);
  return (user + system) / 1000;
}
