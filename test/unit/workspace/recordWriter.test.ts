import { expect, test, vi } from 'vitest';

import { silentLogger } from '../../../server/src/base/logger.ts';
import type { AblationRecord } from '../../../server/src/model/ablation.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { RecordWriter } from '../../../server/src/workspace/recordWriter.ts';
import { ManualClock } from '../../support/manualClock.ts';

const record: AblationRecord = {
  ...{ schema: 1, id: 'a', config: 'train.yaml', title: 'sweep of kl' },
  ...{ request: { kind: 'without', term: 'kl' }, terms: [], variants: [], runs: [] },
  ...{ createdAt: 0, state: 'running' },
};

test('a thousand changes in half a second are one write, of the last of them', async () => {
  const written: number[] = [];
  const files = {
    ...createDiskFiles(),
    writeAtomically: async (_: string, text: string) => {
      written.push(JSON.parse(text).createdAt);
    },
  };
  const clock = new ManualClock();
  const writer = new RecordWriter({ files, clock, logger: silentLogger }, 'nowhere');
  for (const half of [1, 2, 3]) {
    for (let change = 1; change <= 1000; change += 1) {
      writer.soon({ ...record, createdAt: half * 1000 + change });
    }
    clock.advance(499);
    expect(written).toHaveLength(half - 1);
    clock.advance(1);
    await vi.waitFor(() => expect(written).toHaveLength(half));
  }
  expect(written).toEqual([2000, 3000, 4000]);
  writer.dispose();
});
