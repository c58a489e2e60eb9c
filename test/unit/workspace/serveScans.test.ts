import { expect, test } from 'vitest';

import type { FromScanThread } from '../../../server/src/protocol/scanThread.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { serveScans } from '../../../server/src/workspace/serveScans.ts';
import { WeightScan } from '../../../server/src/workspace/weightScan.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

/** A thread that is asked by `ask`, and what it has sent so far. */
function served() {
  const sent: FromScanThread[] = [];
  let ask: (message: unknown) => void = () => undefined;
  serveScans(
    {
      send: (message) => void sent.push(message),
      onMessage(listener) {
        ask = listener;
      },
    },
    new WeightScan(createDiskFiles()),
  );
  return { sent, ask: (message: unknown): void => ask(message) };
}

test('what is found is told a few files at a time, and the end by itself', async () => {
  const files = Array.from({ length: 120 }, (_, at) => [`${at}.yaml`, 'kl_weight: 0.5\n']);
  using workspace = new TemporaryWorkspace(Object.fromEntries(files));
  const { sent, ask } = served();
  ask({ type: 'scan', id: 7, top: workspace.root, excludes: [] });
  await expect.poll(() => sent.at(-1)?.type).toBe('scanned');
  const found = sent.filter((message) => message.type === 'found');
  expect(found.map(({ configs }) => configs.length)).toEqual([50, 50, 20]);
  expect(sent.at(-1)).toEqual({ type: 'scanned', id: 7, files: 120, isCut: false });
});

test('a scan that is cancelled tells nothing more, and the next one is not held up', async () => {
  using workspace = new TemporaryWorkspace({ 'a.yaml': 'kl_weight: 0.5\n' });
  const { sent, ask } = served();
  const order = { type: 'scan', top: workspace.root, excludes: [] };
  ask({ ...order, id: 1 });
  ask({ type: 'cancel', id: 1 });
  ask({ ...order, id: 2 });
  await expect.poll(() => sent.at(-1)?.type).toBe('scanned');
  expect(sent.map(({ id }) => id)).toEqual([2, 2]);
});

test('a message of another version is a bug, and ends the thread', () => {
  const { ask } = served();
  expect(() => ask({ type: 'sacn', id: 1 })).toThrow('type');
});
