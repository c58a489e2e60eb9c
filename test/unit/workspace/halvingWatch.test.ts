import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { AblationRecord } from '../../../server/src/model/ablation.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { HalvingWatch } from '../../../server/src/workspace/halvingWatch.ts';
import { runsFolder } from '../../../server/src/workspace/runFolder.ts';

const record: AblationRecord = {
  schema: 1,
  id: 'e',
  config: 'train.yaml',
  title: 'sweep of kl',
  request: { kind: 'sweep', weights: { kl: [1, 2, 3] }, halving: { metric: 'psnr' } },
  halving: { metric: 'psnr', better: 'higher', rungs: [{ step: 10, keep: 1 }] },
  variants: ['baseline', 'a', 'b'].map((id) => ({ id, label: `kl ${id}`, changes: [] })),
  runs: [0, 1].flatMap((seed) =>
    ['baseline', 'a', 'b'].map((variant) => ({
      runId: `${variant}-${seed}`,
      variant,
      seed,
      state: seed === 0 ? ('running' as const) : ('queued' as const),
    })),
  ),
  createdAt: 0,
  state: 'running',
};

test('of an experiment without looks nothing is stopped', () => {
  const { halving: _, ...plain } = record;
  expect(new HalvingWatch(new MetricStore()).next(at(plain))).toBeUndefined();
});

test('what is behind is stopped with all its seeds, once, and what was seen is remembered', () => {
  const store = new MetricStore();
  const log = (variant: string, steps: readonly number[], psnr: number): void => {
    const path = join(runsFolder('/w'), `${variant}-0`);
    const stage = store.stage(path, 'metrics.jsonl', 'jsonl');
    for (const [index, step] of steps.entries()) {
      stage.unit(index * 10, index * 10 + 10);
      stage.point('psnr', step, step, psnr);
    }
    stage.commit();
  };
  const watch = new HalvingWatch(store);
  log('a', [5, 10], 20);
  log('b', [5], 10);
  expect(watch.next(at(record))).toBeUndefined();
  log('b', [5, 10], 10);
  const hopeless = watch.next(at(record));
  expect(hopeless?.arms.map(({ runId }) => runId)).toEqual(['b-0', 'b-1']);
  expect(hopeless?.change).toEqual({
    stopped: ['b-0', 'b-1'],
    notes: [
      'kl b was stopped early: psnr was 10 at step 10 with seed 0, and another variant was better there.',
    ],
  });
  expect(watch.next(at({ ...record, ...hopeless?.change }))).toBeUndefined();
  store.removeRun(join(runsFolder('/w'), 'a-0'));
  expect(watch.next(at(record))?.arms).toHaveLength(2);
});

function at(experiment: AblationRecord) {
  return { workspaceFolder: '/w', record: experiment };
}
