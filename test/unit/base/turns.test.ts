import { describe, expect, it } from 'vitest';

import {
  CancellationSource,
  CancelledError,
  neverCancelled,
} from '../../../server/src/base/cancellation.ts';
import { atOnce, type InTurns, inTurns } from '../../../server/src/base/turns.ts';

/** Counts, and holds the thread for some milliseconds at each number. */
function* count(to: number, milliseconds = 0): InTurns<number> {
  for (let at = 0; at < to; at += 1) {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
    yield;
  }
  return to;
}

describe('a computation in turns', () => {
  it('gives at once what it gives in turns', async () => {
    expect(atOnce(count(1000))).toBe(1000);
    expect(await inTurns(count(1000), neverCancelled)).toBe(1000);
  });

  it('lets others have theirs', async () => {
    let turns = 0;
    const next = (): void => {
      turns += 1;
      if (turns < 5) setImmediate(next);
    };
    setImmediate(next);
    await inTurns(count(10, 12), neverCancelled);
    expect(turns).toBe(5);
  });

  it('ends when it is cancelled', async () => {
    const source = new CancellationSource();
    const cancelled = inTurns(count(1000, 12), source.token);
    source.cancel();
    await expect(cancelled).rejects.toThrow(CancelledError);
    source.dispose();
  });
});
