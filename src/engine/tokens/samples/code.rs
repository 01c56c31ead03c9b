//! Source code.

pub const RUST: &str = r#"//! A ring buffer of the last readings.

use std::collections::VecDeque;
use std::fmt;

/// One reading of a sensor, in degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub at: u64,
    pub degrees: f32,
}

pub struct History {
    readings: VecDeque<Reading>,
    capacity: usize,
}

impl History {
    pub fn with_capacity(capacity: usize) -> Self {
        Self { readings: VecDeque::with_capacity(capacity), capacity }
    }

    /// Adds a reading and drops the oldest one when the buffer is full.
    pub fn push(&mut self, reading: Reading) -> Option<Reading> {
        let dropped = if self.readings.len() == self.capacity { self.readings.pop_front() } else { None };
        self.readings.push_back(reading);
        dropped
    }

    pub fn mean(&self) -> Option<f32> {
        let count = self.readings.len();
        (count > 0).then(|| self.readings.iter().map(|r| r.degrees).sum::<f32>() / count as f32)
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Reading { at, degrees } in &self.readings {
            writeln!(f, "{at:>10} {degrees:6.2}")?;
        }
        Ok(())
    }
}

#[test]
fn oldest_goes_first() {
    let mut history = History::with_capacity(2);
    for at in 0..3 {
        history.push(Reading { at, degrees: at as f32 * 1.5 });
    }
    assert_eq!(history.mean(), Some(2.25));
}
"#;

pub const PYTHON: &str = r#"import argparse
import csv
import logging
from collections import defaultdict
from pathlib import Path

logger = logging.getLogger(__name__)


class LedgerError(ValueError):
    """Raised when a row of the ledger cannot be read."""


def load_entries(path: Path, *, skip_header: bool = True) -> dict[str, list[float]]:
    """Return the amounts of every account in the file.

    Rows with an empty amount are skipped with a warning.
    """
    entries: dict[str, list[float]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.reader(handle)
        if skip_header:
            next(reader, None)
        for number, row in enumerate(reader, start=2):
            try:
                account, amount = row[0].strip(), row[2]
            except IndexError as error:
                raise LedgerError(f"{path}:{number}: expected three columns, got {len(row)}") from error
            if not amount:
                logger.warning("%s:%d: no amount for %r", path, number, account)
                continue
            entries[account].append(float(amount.replace(",", "")))
    return dict(entries)


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--min-total", type=float, default=0.0)
    args = parser.parse_args(argv)
    for path in args.files:
        for account, amounts in sorted(load_entries(path).items()):
            total = sum(amounts)
            if total >= args.min_total:
                print(f"{account:<24}{len(amounts):>5}{total:>12.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
"#;

pub const GO: &str = r#"package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrClosed is returned by Push after Close was called.
var ErrClosed = errors.New("queue: closed")

// Job is a unit of work with a deadline.
type Job struct {
	ID       string        `json:"id"`
	Payload  []byte        `json:"payload,omitempty"`
	Deadline time.Duration `json:"deadline"`
}

type Queue struct {
	mu     sync.Mutex
	jobs   []Job
	closed bool
	notify chan struct{}
}

func New(size int) *Queue {
	return &Queue{jobs: make([]Job, 0, size), notify: make(chan struct{}, 1)}
}

func (q *Queue) Push(job Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return fmt.Errorf("push %s: %w", job.ID, ErrClosed)
	}
	q.jobs = append(q.jobs, job)
	select {
	case q.notify <- struct{}{}:
	default:
	}
	return nil
}

// Pop waits for a job or for the end of the context.
func (q *Queue) Pop(ctx context.Context) (Job, error) {
	for {
		q.mu.Lock()
		if len(q.jobs) > 0 {
			job := q.jobs[0]
			q.jobs = q.jobs[1:]
			q.mu.Unlock()
			return job, nil
		}
		q.mu.Unlock()
		select {
		case <-ctx.Done():
			return Job{}, ctx.Err()
		case <-q.notify:
		}
	}
}
"#;

pub const TYPESCRIPT: &str = r#"import { EventEmitter } from "node:events";
import type { Logger } from "./logging.js";

export interface RetryOptions {
  attempts?: number;
  baseDelayMs?: number;
  shouldRetry?: (error: unknown, attempt: number) => boolean;
}

const defaults: Required<RetryOptions> = {
  attempts: 4,
  baseDelayMs: 250,
  shouldRetry: () => true,
};

export class HttpError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
    this.name = "HttpError";
  }
}

/** Runs the task again with a growing delay until it succeeds or the attempts are used up. */
export async function withRetry<T>(task: () => Promise<T>, options: RetryOptions = {}, logger?: Logger): Promise<T> {
  const { attempts, baseDelayMs, shouldRetry } = { ...defaults, ...options };
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      if (attempt >= attempts || !shouldRetry(error, attempt)) {
        throw error;
      }
      const delay = baseDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
      logger?.warn(`attempt ${attempt} failed, next in ${Math.round(delay)} ms`, { error });
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

export class Poller extends EventEmitter {
  private timer: NodeJS.Timeout | undefined;

  start(url: URL, intervalMs = 5_000): void {
    this.timer ??= setInterval(async () => {
      const response = await withRetry(() => fetch(url));
      this.emit(response.ok ? "data" : "error", response.ok ? await response.json() : new HttpError(response.status, url.href));
    }, intervalMs);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
"#;

pub const C: &str = r"#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MIN_BUCKETS 16u
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct entry {
	struct entry *next;
	uint32_t hash;
	char key[];
};

struct table {
	struct entry **buckets;
	size_t n_buckets;
	size_t n_entries;
};

static uint32_t hash_key(const char *key)
{
	uint32_t h = 2166136261u;

	while (*key) {
		h ^= (unsigned char)*key++;
		h *= 16777619u;
	}
	return h;
}

/*
 * Adds the key unless it is there already. Returns 1 if it was added,
 * 0 if it was there, and -ENOMEM when no memory is left.
 */
int table_add(struct table *t, const char *key)
{
	uint32_t hash = hash_key(key);
	struct entry **slot = &t->buckets[hash & (t->n_buckets - 1)];
	struct entry *e;

	for (e = *slot; e != NULL; e = e->next) {
		if (e->hash == hash && strcmp(e->key, key) == 0)
			return 0;
	}
	e = malloc(sizeof(*e) + strlen(key) + 1);
	if (e == NULL)
		return -ENOMEM;
	e->hash = hash;
	strcpy(e->key, key);
	e->next = *slot;
	*slot = e;
	t->n_entries++;
	return 1;
}
";
