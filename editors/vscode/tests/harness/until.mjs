// Waiting: for a condition and never for a time. A deadline says what did not come to be, and what was seen last.

/** Longest wait; generous, because the machine may be busy. */
export const DEADLINE = 60_000;
const PAUSE = 50;

/** Asks until the answer is neither false nor undefined nor null, and gives it back. An error counts as "not yet". */
export async function until(what, ask, deadline = DEADLINE) {
  const end = Date.now() + deadline;
  for (;;) {
    let seen;
    try {
      seen = await ask();
      if (seen !== false && seen !== undefined && seen !== null) {
        return seen;
      }
    } catch (error) {
      seen = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${deadline / 1000} s in vain: ${what}; last: ${String(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
