import { expect, test } from 'vitest';

import { CancelledError } from '../../../server/src/base/cancellation.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { ReadingQueue } from '../../../server/src/workspace/readingQueue.ts';

test('what goes wrong is told in the log, and what comes behind it is read', async () => {
  const errors: string[] = [];
  const queue = new ReadingQueue({ ...silentLogger, error: (message) => errors.push(message) });
  const done: string[] = [];
  queue.add('first', () => Promise.reject(new Error('no bytes')));
  queue.add('second', () => Promise.reject(new CancelledError()));
  queue.add('third', async () => {
    done.push('third');
  });
  await queue.settled();
  expect(done).toEqual(['third']);
  expect(errors).toEqual([expect.stringContaining('Could not read first: Error: no bytes')]);
});
