import { expect, test, vi } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import { type RunRecord, runIdSchema } from '../../../server/src/model/run.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { RunRecordWriter } from '../../../server/src/workspace/runRecordWriter.ts';
import { ManualClock } from '../../support/manualClock.ts';

const record: RunRecord = {
  ...{ schema: 1, id: runIdSchema.parse('a'), engine: 'task', config: 'train.yaml' },
  ...{ state: 'running', seed: 1, startedAt: 1 },
};

function setUp() {
  const written: string[] = [];
  const disk = { isFull: false };
  const files = {
    ...createDiskFiles(),
    writeAtomically: async (_: string, text: string) => {
      if (disk.isFull) throw new Error('ENOSPC');
      written.push(JSON.parse(text).state);
    },
  };
  const clock = new ManualClock();
  const writer = new RunRecordWriter({ files, clock, logger: silentLogger });
  return { written, disk, clock, writer };
}

test('what found no room is written once there is some', async () => {
  const { written, disk, clock, writer } = setUp();
  disk.isFull = true;
  expect(await writer.save('nowhere', { ...record, state: 'cancelled' })).toBe(false);
  disk.isFull = false;
  clock.advance(2000);
  await vi.waitFor(() => expect(written).toEqual(['cancelled']));
  writer.dispose();
});

test('what found no room does not come after the record of the run that was resumed since', async () => {
  const { written, disk, clock, writer } = setUp();
  disk.isFull = true;
  await writer.save('nowhere', { ...record, state: 'cancelled' });
  disk.isFull = false;
  expect(await writer.create('nowhere', { ...record, state: 'queued' })).toBe(true);
  clock.advance(2000);
  await writer.save('nowhere', record);
  expect(written).toEqual(['queued', 'running']);
  writer.dispose();
});
