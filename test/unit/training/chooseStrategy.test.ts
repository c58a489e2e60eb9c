import { describe, expect, it } from 'vitest';

import { chooseStrategy, followsWeights } from '../../../server/src/training/chooseStrategy.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import type { Strategy } from '../../../server/src/training/strategy.ts';
import { length } from '../numerics/balance/rows.ts';
import { StrategyCourse } from './support/strategyCourse.ts';

function groupsOf(losses: number, conflict?: boolean): readonly (readonly string[])[] {
  const situation = conflict === undefined ? { losses } : { losses, conflict };
  return chooseStrategy(strategies, situation).same.map(({ names }) => names);
}

describe('choosing a strategy', () => {
  it('names what cannot be told apart with two losses', () => {
    const [bisector, projected, ...others] = groupsOf(2);
    expect(bisector).toEqual(
      expect.arrayContaining(['imtl-g', 'nash-mtl', 'config', 'fairgrad', 'gradient-inverse']),
    );
    expect(projected).toEqual(['pcgrad', 'upgrad']);
    expect(others).toEqual([
      ['ema-inverse', 'ema-inverse-seed', 'gls', 'imtl-l', 'kendall', 'log', 'normalised'],
    ]);
  });

  it('tells them apart with three, but for objectives and Nash bargaining', () => {
    expect(groupsOf(3)).toEqual([
      ['fairgrad', 'nash-mtl'],
      ['ema-inverse', 'ema-inverse-seed', 'gls', 'imtl-l', 'kendall', 'log', 'normalised'],
    ]);
    expect(chooseStrategy(strategies, { losses: 3 }).apart).toContain('config');
  });

  it('has one group with one loss, and one more without conflict', () => {
    expect(groupsOf(1)).toEqual([strategies.map(({ name }) => name)]);
    expect(groupsOf(3, false)).toContainEqual(['dualproj', 'fixed', 'pcgrad', 'upgrad']);
    expect(groupsOf(3, true)).toEqual(groupsOf(3));
  });

  it('promises for as many losses as there are', () => {
    const promiseOf = (name: string, losses: number) =>
      chooseStrategy(strategies, { losses }).promises.find((own) => own.name === name);
    expect(promiseOf('pcgrad', 2)?.nonConflicting).toBe('always');
    expect(promiseOf('pcgrad', 3)?.nonConflicting).toBe('not always');
    expect(promiseOf('nash-mtl', 2)).toMatchObject({ followsWeights: false });
    expect(chooseStrategy(strategies, { losses: 2 }).promises).toHaveLength(strategies.length);
  });

  it('always names the sweep of fixed weights with its sources', () => {
    const { baseline } = chooseStrategy(strategies, { losses: 2 });
    expect(baseline.words).toMatch(/sweep of fixed weights is the baseline/);
    expect(baseline.sources.join()).toMatch(/Kurin .*Xin .*2505\.10347/);
  });

  it.each([
    [{ losses: 3 }, []],
    [{ losses: 3, normRatio: 5 }, []],
    [{ losses: 3, normRatio: 123 }, [/differ 120 times/]],
    [{ losses: 3, normRatio: 30 }, [/Not so (?!.*alternating)/]],
    [{ losses: 2, conflict: true }, [/no step of .*mgda, nash-mtl, pcgrad, upgrad raises one/]],
    [
      { losses: 3, conflict: true },
      [/no step of dualproj, fairgrad, mgda, nash-mtl, upgrad/, /for config, imtl-g while/],
    ],
    [{ losses: 3, conflict: false }, [/nothing to do/]],
    [{ losses: 1, conflict: true, normRatio: 1 }, []],
  ])('advises on %j', (situation, expected) => {
    const { advice } = chooseStrategy(strategies, situation);
    expect(advice).toHaveLength(expected.length);
    for (const [index, words] of expected.entries()) expect(advice[index]).toMatch(words);
  });
});

describe('the weights of the config', () => {
  const rows = [
    [1, 0.2, 0.1],
    [-0.3, 0.8, 0],
    [0.2, -0.1, 0.9],
  ];

  it.each(strategies)('turn the step of $name, or it says not', (strategy: Strategy) => {
    const directionOf = (weights: readonly number[]) => {
      const course = new StrategyCourse(strategy, { weights });
      const { direction } = course.repeat({ losses: [1, 2, 1.5], rows }, 40);
      return direction.map((value) => value / length(direction));
    };
    const first = directionOf([1, 1, 1]);
    const second = directionOf([1, 5, 1]);
    const turn = length(first.map((value, index) => value - (second[index] ?? 0)));
    expect(turn > 0.01).toBe(followsWeights(strategy));
  });
});
