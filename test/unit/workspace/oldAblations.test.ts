import { describe, expect, test } from 'vitest';

import { ablationRecordSchema } from '../../../server/src/model/ablation.ts';

/** As versions wrote it that knew four kinds and no early stopping. */
const old = {
  schema: 1,
  id: '20261101-101500-train',
  config: 'configs/train.yaml',
  title: 'without kl · train.yaml, 1 seed',
  variants: [
    { id: 'baseline', label: 'baseline', changes: [] },
    { id: 'without-kl', label: 'without kl', changes: [{ term: 'kl', from: 0.1, to: 0 }] },
  ],
  runs: [{ runId: 'r', variant: 'baseline', seed: 0, state: 'finished' }],
  createdAt: 1_790_000_000_000,
  state: 'finished',
};

describe('an ablation.json of an earlier version', () => {
  test.each([
    { kind: 'without', term: 'kl' },
    { kind: 'only', term: 'kl', seeds: [0] },
    { kind: 'scale', term: 'kl', value: 2 },
    { kind: 'set', term: 'kl', value: 0.5, steps: 100 },
    { kind: 'ready', name: 'modes', seeds: [0, 1], steps: 60 },
  ])('is read: %j', (request) => {
    const read = ablationRecordSchema.safeParse({ ...old, request });
    expect(read.success ? read.data.request : read.error.message).toEqual(request);
  });
});
