import { describe, expect, test } from 'vitest';

import { buildReport } from '../../../server/src/ablation/report.ts';
import type { ArmResult, ArmSeries } from '../../../server/src/ablation/reporting/arms.ts';
import { meansOverCurve } from '../../../server/src/ablation/reporting/overCurve.ts';
import { atOnce, type InTurns } from '../../../server/src/base/turns.ts';
import type { AblationRecord, AblationReport } from '../../../server/src/model/ablation.ts';
import type { NumberColumn } from '../../../server/src/model/numberColumn.ts';
import { toWire, toWireInTurns } from '../../../server/src/protocol/wire.ts';

const points = 50;
const seeds = [0, 1, 2];
const metrics = ['psnr', 'loss/render', 'loss/kl'];

/** A sweep whose runs tell of each of their points that is read. */
function sweep(variants: number, read: () => void): InTurns<AblationReport> {
  const told = (numberAt: (at: number) => number): NumberColumn => ({
    length: points,
    at: (at) => {
      read();
      return numberAt(at < 0 ? points + at : at);
    },
  });
  const ids = ['baseline', ...Array.from({ length: variants }, (_, at) => `v${at}`)];
  const results = ids.flatMap((variant, arm) =>
    seeds.map((seed): ArmResult => {
      const series = new Map<string, ArmSeries>(
        metrics.map((metric) => [
          metric,
          { steps: told((at) => at), values: told((at) => arm + (at * seed) / points) },
        ]),
      );
      return { runId: `${variant}-${seed}`, variant, seed, state: 'finished', series };
    }),
  );
  const record: AblationRecord = {
    schema: 1,
    id: 'a1',
    config: 'train.yaml',
    title: 'render · train.yaml',
    request: { kind: 'sweep', weights: { render: [1] } },
    variants: ids.map((id, arm) => ({
      id,
      label: id,
      changes: id === 'baseline' ? [] : [{ term: 'render', from: 1, to: arm + 1 }],
    })),
    runs: results.map(({ runId, variant, seed, state }) => ({ runId, variant, seed, state })),
    createdAt: 0,
    state: 'finished',
  };
  return buildReport({ record, results, diffs: new Map(), terms: ['render', 'kl'] });
}

/** How many turns a report takes, and how many points it reads in the longest of them. */
function measure(variants: number): { readonly turns: number; readonly mostRead: number } {
  let [turns, mostRead, inThisOne] = [0, 0, 0];
  const report = sweep(variants, () => {
    inThisOne += 1;
  });
  for (let isDone = false; !isDone; turns += 1) {
    inThisOne = 0;
    isDone = report.next().done === true;
    mostRead = Math.max(mostRead, inThisOne);
  }
  return { turns, mostRead };
}

describe('a report of many variants', () => {
  test('reads no more in one turn than one of few does, and takes more turns', () => {
    const [few, many] = [measure(12), measure(240)];
    // The steps and the values of a run's metrics, each looked at a few times.
    expect(few.mostRead).toBeLessThan(4 * 2 * points * metrics.length);
    expect(many.mostRead).toBe(few.mostRead);
    // A turn for each run of each metric, at the end and over the curve.
    const more = (240 - 12) * seeds.length * metrics.length * 2;
    expect(many.turns - few.turns).toBeGreaterThan(more);
  });
});

test('a report goes over the wire in turns as it does at once', () => {
  const report = atOnce(sweep(3, () => undefined));
  const broken = { ...report, rows: [{ values: [Number.NaN, 1, Number.POSITIVE_INFINITY] }] };
  expect(atOnce(toWireInTurns(broken))).toEqual(toWire(broken));
  expect(atOnce(toWireInTurns(broken))).toMatchObject({
    rows: [{ values: ['NaN', 1, 'Infinity'] }],
  });
});

describe('runs that go on while they are reported', () => {
  /** Calls `change` after so many turns and gives the result. */
  function interrupted<T>(steps: InTurns<T>, after: number, change: () => void): T {
    for (let turn = 0; ; turn += 1) {
      if (turn === after) change();
      const { done, value } = steps.next();
      if (done) return value;
    }
  }

  test.each([0, 1, 2, 3, 4])('after %i turns: a longer one changes nothing before', (after) => {
    const grown = { steps: [0, 10], values: [1, 3] };
    const other = { steps: [0, 10], values: [4, 4] };
    const means = interrupted(meansOverCurve([grown, other]), after, () => {
      grown.steps.push(20);
      grown.values.push(1000);
    });
    expect(means).toEqual([2, 4]);
  });

  test('one whose log is written anew gives no number of another stretch', () => {
    const anew = { steps: [0, 10, 20], values: [1, 1, 1] };
    const other = { steps: [0, 10, 20], values: [4, 4, 4] };
    const means = interrupted(meansOverCurve([anew, other]), 2, () => {
      anew.steps.splice(0, 3, 0, 5);
      anew.values.splice(0, 3, 9, 9);
    });
    expect(means).toEqual([Number.NaN, 4]);
  });
});
