import { describe, expect, test } from 'vitest';

import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { RoundSteps } from '../../../server/src/store/roundSteps.ts';

/** The steps counted through, of steps as `[round, step]`. */
function through(steps: readonly (readonly [round: number, step: number])[]): readonly number[] {
  const rounds = new RoundSteps();
  return steps.map(([round, step]) => {
    rounds.enter(round);
    return rounds.through(step);
  });
}

describe('steps that count within rounds', () => {
  test('go on from the last of the round before, whatever the first round is', () => {
    const steps = [
      [3, 50],
      [3, 100],
      [4, 50],
      [4, 90],
      [6, 1],
    ] as const;
    expect(through(steps)).toEqual([50, 100, 150, 190, 191]);
  });

  test('take their old places where a training goes back', () => {
    const first = [
      [1, 10],
      [1, 20],
      [2, 10],
      [2, 20],
      [3, 10],
    ] as const;
    expect(through([...first, [2, 10], [2, 30], [3, 10]])).toEqual([
      10, 20, 30, 40, 50, 30, 50, 60,
    ]);
    // A round that the log did not begin with: nothing is known of how long those before it were.
    expect(
      through([
        [5, 10],
        [4, 10],
      ]),
    ).toEqual([10, 10]);
  });

  test('are left alone outside of rounds, and take little time', () => {
    const rounds = new RoundSteps();
    rounds.enter(1);
    rounds.through(100);
    rounds.leave();
    expect(rounds.through(7)).toBe(7);
    let last = 0;
    for (let round = 2; round < 200_000; round += 1) {
      rounds.enter(round);
      last = rounds.through(1);
    }
    expect(last).toBe(200_098);
  });

  test('make one session of all rounds, beside a series that counts by itself', () => {
    const store = new MetricStore();
    const stage = store.stage('run', 'log.json', 'jsonl');
    for (const round of [1, 2, 3]) {
      for (const step of [10, 20]) {
        stage.unit(0, 1);
        stage.inRound(round);
        stage.point('loss', step, Number.NaN, 1);
      }
      stage.unit(0, 1);
      stage.point('val/loss', round, Number.NaN, 1);
      stage.commit();
    }
    expect([...(store.series('run', 'loss')?.steps ?? [])]).toEqual([10, 20, 30, 40, 50, 60]);
    expect(store.series('run', 'loss')?.sessions).toEqual([0]);
    expect([...(store.series('run', 'val/loss')?.steps ?? [])]).toEqual([1, 2, 3]);
  });
});
