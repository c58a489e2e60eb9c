import { afterEach, expect, test } from 'vitest';

import {
  CancellationSource,
  CancelledError,
  neverCancelled,
} from '../../../server/src/base/cancellation.ts';
import { ScanThread } from '../../../server/src/hostClient/scanThread.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const made: (() => void)[] = [];
afterEach(() => {
  for (const release of made.splice(0)) release();
});

/** A thread that runs this for each message, with `scanned` to answer and `messages` to count. */
function threadOf(onMessage: string, idleMs = 60_000): ScanThread {
  const text = `
    const { parentPort, threadId } = require('node:worker_threads');
    const cancelled = [];
    let messages = 0;
    parentPort.on('message', (message) => {
      messages += 1;
      const { id, top } = message;
      const found = (weights) =>
        parentPort.postMessage({ type: 'found', id, configs: [{ path: top, weights, others: 0 }] });
      const scanned = (weights = []) => {
        found(weights);
        parentPort.postMessage({ type: 'scanned', id, files: threadId, isCut: false });
      };
      ${onMessage}
    });
  `;
  const workspace = new TemporaryWorkspace({ 'thread.cjs': text });
  const thread = new ScanThread({ path: workspace.path('thread.cjs'), idleMs });
  made.push(() => {
    thread.dispose();
    workspace[Symbol.dispose]();
  });
  return thread;
}

test('what the thread has found is the result, with weights that are no plain numbers', async () => {
  const weights = [
    { name: 'kl', weight: Number.NaN, line: 0 },
    { name: 'tv', weight: Number.POSITIVE_INFINITY, line: 1 },
    { name: 'ce', line: 2 },
  ];
  const thread = threadOf(`
    scanned([
      { name: 'kl', weight: NaN, line: 0 },
      { name: 'tv', weight: Infinity, line: 1 },
      { name: 'ce', weight: undefined, line: 2 },
    ]);
  `);
  const { configs, problem } = await thread.scan('/w', [], neverCancelled);
  expect(configs).toEqual([{ path: '/w', weights, others: 0 }]);
  expect(problem).toBeUndefined();
});

test('several scans share a thread, and each has its own answer', async () => {
  const thread = threadOf('setTimeout(scanned, 5 * (3 - messages));');
  const results = await Promise.all(
    ['/a', '/b', '/c'].map((top) => thread.scan(top, [], neverCancelled)),
  );
  expect(results.map(({ configs }) => configs[0]?.path)).toEqual(['/a', '/b', '/c']);
  expect(new Set(results.map(({ files }) => files)).size).toBe(1);
});

test.each([
  ["throw new Error('out of luck');", 'out of luck'],
  ['process.exit(3);', 'it ended by itself'],
  ["parentPort.postMessage({ type: 'lost' });", 'its message is not known'],
  ["parentPort.postMessage({ type: 'failed', id, reason: 'no' });", 'to no end: no'],
])('where the thread fails, the result says so: %s', async (onMessage, reason) => {
  const thread = threadOf(onMessage);
  const result = await thread.scan('/w', [], neverCancelled);
  expect(result).toMatchObject({ configs: [], files: 0, isCut: false });
  expect(result.problem).toContain('The search for loss weights came to no end');
  expect(result.problem).toContain(reason);
});

test('after a crash the next scan has a new thread', async () => {
  const thread = threadOf("if (top === '/bad') process.exit(1); scanned();");
  expect(await thread.scan('/bad', [], neverCancelled)).toHaveProperty('problem');
  expect(await thread.scan('/good', [], neverCancelled)).not.toHaveProperty('problem');
});

test('a bundle that is not there is said', async () => {
  const thread = new ScanThread({ path: '/nowhere/weightScan.cjs', idleMs: 60_000 });
  const { problem } = await thread.scan('/w', [], neverCancelled);
  expect(problem).toContain('/nowhere/weightScan.cjs');
});

test('a cancelled scan ends at once, whatever the thread does, and the thread is told', async () => {
  const thread = threadOf(`
    if (message.type === 'cancel') cancelled.push(id);
    if (top === '/b') scanned(cancelled.map((line) => ({ name: 'cancelled', line })));
  `);
  const source = new CancellationSource();
  const cancelled = thread.scan('/a', [], source.token);
  source.cancel();
  await expect(cancelled).rejects.toThrow(CancelledError);
  await expect(thread.scan('/a', [], source.token)).rejects.toThrow(CancelledError);
  const { configs } = await thread.scan('/b', [], neverCancelled);
  expect(configs[0]?.weights).toEqual([{ name: 'cancelled', line: 1 }]);
});

test('a thread that nobody asks any more ends', async () => {
  const thread = threadOf('scanned();', 0);
  const scan = async (): Promise<number> => (await thread.scan('/a', [], neverCancelled)).files;
  const first = await scan();
  await expect.poll(scan).toBeGreaterThan(first);
});

test('a server that ends waits for nothing', async () => {
  const thread = threadOf('');
  const waiting = thread.scan('/a', [], neverCancelled);
  thread.dispose();
  expect((await waiting).problem).toContain('the server is ending');
});
