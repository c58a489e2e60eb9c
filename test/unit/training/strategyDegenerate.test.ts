import { describe, expect, it } from 'vitest';

import { byName } from '../../../server/src/training/byName.ts';
import {
  lastWeightsStand,
  leftOut,
  noStep,
} from '../../../server/src/training/strategies/degenerateWords.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import type { Strategy } from '../../../server/src/training/strategy.ts';
import { inner, length, type Rows } from '../numerics/balance/rows.ts';
import { StrategyCourse, type TakenStep } from './support/strategyCourse.ts';

function take(
  strategy: Strategy,
  rows: Rows,
  losses: readonly number[] = rows.map(() => 1),
  options?: Readonly<Record<string, unknown>>,
): TakenStep {
  const course = new StrategyCourse(strategy, { weights: rows.map(() => 1), options });
  return course.repeat({ losses, rows }, rows.length);
}

function named(name: string): Strategy {
  return byName(strategies, name);
}

const withVanishing: Rows = [
  [1, 0.2, 0],
  [0.3, 2, 0.5],
  [0, 0, 0],
];
const opposed: Rows = [
  [1, 2],
  [-2, -4],
];
const duplicate: Rows = [
  [1, 0.5],
  [-0.5, 1],
  [1, 0.5],
];

const saying = (key: 'zeroGradient' | 'opposed', words: string): readonly Strategy[] =>
  strategies.filter(({ degenerate }) => degenerate[key].startsWith(words));

describe('a gradient of zero', () => {
  it.each(saying('zeroGradient', leftOut))('is left out by $name', (strategy) => {
    const { weights } = take(strategy, withVanishing);
    const without = take(strategy, withVanishing.slice(0, 2)).weights;
    expect(weights[2]).toBe(0);
    for (const index of [0, 1]) expect(weights[index]).toBeCloseTo(without[index] ?? 0, 12);
  });

  it.each(saying('zeroGradient', 'It keeps 1/K'))('keeps 1/K in $name', (strategy) => {
    expect(take(strategy, withVanishing).weights[2]).toBe(1 / 3);
  });

  it.each([
    ['aligned-mtl', 0],
    ['cagrad', 1 / 3],
    ['gradvac', 1],
    ['m-config', 0],
    ['mgda', 1],
    ['pcgrad', 1],
  ])('gets its weight in %s', (name, weight) => {
    expect(take(named(name), withVanishing).weights[2]).toBeCloseTo(weight, 12);
  });

  it('stalls mgda and gradient-inverse, and not the seed', () => {
    expect(length(take(named('mgda'), withVanishing).direction)).toBe(0);
    const [first, second, third] = take(named('gradient-inverse'), withVanishing).weights;
    expect(Math.max(first ?? 1, second ?? 1)).toBeLessThan(0.01);
    expect(third).toBeGreaterThan(2.9);
    const seed = take(named('gradient-inverse-seed'), withVanishing);
    expect(seed.weights[2]).toBeGreaterThan(1e8);
    expect(length(seed.direction)).toBeGreaterThan(1);
  });

  it('leaves gradnorm its share, but for what the others win', () => {
    const course = new StrategyCourse(named('gradnorm'), { weights: [1, 1, 1] });
    const { weights } = course.repeat({ losses: [1, 1, 1], rows: withVanishing }, 20);
    expect(weights[2]).toBeGreaterThan(0.5);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(3, 12);
  });
});

describe('opposed gradients', () => {
  it.each(saying('opposed', noStep))('stop $name', (strategy) => {
    const { direction } = take(strategy, opposed);
    expect(length(direction)).toBeLessThan(1e-7);
  });

  it.each(saying('opposed', 'With equal weights the two cancel'))('cancel in $name', (strategy) => {
    expect(length(take(strategy, opposed).direction)).toBeLessThan(1e-6);
  });

  it('leave aligned-mtl the longer direction, and cagrad a conflict', () => {
    const aligned = take(named('aligned-mtl'), opposed).direction;
    expect(inner(aligned, opposed[1] ?? [])).toBeGreaterThan(0);
    const averse = take(named('cagrad'), opposed).direction;
    expect(inner(averse, opposed[0] ?? [])).toBeLessThan(0);
  });

  it('make imtl-g climb only where it is asked for', () => {
    const options = { without_descent: 'least-squares', uphill: 'keep' };
    const { direction } = take(named('imtl-g'), opposed, [1, 1], options);
    expect(inner(direction, opposed[0] ?? [])).toBeLessThan(-1);
  });
});

describe('dependent gradients', () => {
  it.each(strategies)('give $name a finite step', (strategy) => {
    expect(take(strategy, duplicate).direction.every(Number.isFinite)).toBe(true);
  });

  it.each(
    strategies.filter(({ degenerate }) => degenerate.dependent.includes('coefficients of equal')),
  )('get equal coefficients from $name where they are equal', (strategy) => {
    const { weights } = take(strategy, duplicate);
    expect(weights[0]).toBeCloseTo(weights[2] ?? 0, 9);
  });
});

describe('what is said', () => {
  it.each(strategies)(
    'of $name is said in sentences',
    ({ degenerate, description, source, trap }) => {
      const {
        zeroGradient,
        opposed: against,
        dependent,
        nonFinite,
        notPositive = '.',
      } = degenerate;
      for (const words of [zeroGradient, against, dependent, nonFinite, notPositive, description]) {
        expect(words).toMatch(/\.$/);
      }
      expect(`${source}${trap ?? '.'}`).toMatch(/\.$/);
    },
  );

  it.each(strategies)('$name tells what it does with figures that are not finite', (strategy) => {
    const stands = strategy.degenerate.nonFinite === lastWeightsStand;
    expect(stands).toBe(strategy.needs !== 'nothing');
  });

  it.each(strategies.filter(({ degenerate }) => degenerate.zeroGradient.includes('not looked at')))(
    '$name does not look at gradients',
    ({ needs }) => {
      expect(needs).not.toBe('gradients');
    },
  );
});

describe('a loss of 0, or below', () => {
  it.each([
    ['log', [1, 0, -1], [1, 1e8, 0]],
    ['gls', [1, 0, 1], [1, 1, 1]],
    ['min-max', [1, 0, -1], [1, 1, 1]],
    ['ema-inverse', [1, -1, 1], [1, 1, 1]],
    ['normalised', [2, 0, -1], [1, 1e3, 1]],
    ['kendall', [1, 0, -1], [0.5, 0.5, 0.5]],
    ['imtl-l', [1, 0, -1], [1, 1, 1]],
    ['stch', [0, 0, 0], [1 / 9, 1 / 9, 1 / 9]],
  ] as const)('in %s: %j gives %j', (name, losses, expected) => {
    const course = new StrategyCourse(named(name), { weights: [1, 1, 1] });
    const rows = losses.map(() => [1]);
    const { weights } = course.repeat({ losses, rows }, 10);
    for (const [index, weight] of expected.entries()) expect(weights[index]).toBeCloseTo(weight, 6);
  });

  it('turns round in ema-inverse-seed', () => {
    const course = new StrategyCourse(named('ema-inverse-seed'), { weights: [1, 1] });
    const { weights } = course.repeat({ losses: [1, -0.1], rows: [[1], [1]] }, 30);
    expect(weights[1]).toBeLessThan(-1);
  });

  it('counts as just above its bound in famo, which then looks at it alone', () => {
    const { weights } = take(named('famo'), [[1], [1]], [1, -1]);
    expect(weights[1]).toBeCloseTo(1, 6);
  });
});

describe('the seeds', () => {
  it('switch every loss off with sigmoid-seed, and not with its penalty', () => {
    const step = { losses: [2, 0.5], rows: [[1], [1]] };
    const weightsAfter = (steps: number, options: Readonly<Record<string, unknown>>) =>
      new StrategyCourse(named('sigmoid-seed'), { weights: [1, 1], options }).repeat(step, steps)
        .weights;
    // science.md §0, finding 4: 0.042 after 500 steps and 0.014 after 1000.
    for (const weight of weightsAfter(501, {})) expect(weight).toBeCloseTo(0.042, 2);
    for (const weight of weightsAfter(1001, {})) expect(weight).toBeCloseTo(0.014, 2);
    const [large, small] = weightsAfter(6000, { penalty: true });
    expect(large).toBeCloseTo(0.5, 2);
    expect(small).toBeGreaterThan(0.98);
  });

  it('make the logged share a tautology with normalised', () => {
    const course = new StrategyCourse(named('normalised'), {
      weights: [1, 1],
      options: { decay: 0 },
    });
    for (const loss of [0.1, 3, 70]) {
      const { weights } = course.take({ losses: [2, loss], rows: [[1], [1]] });
      const parts = [2, loss].map((value, index) => value * (weights[index] ?? 0));
      expect((parts[1] ?? 0) / ((parts[0] ?? 0) + (parts[1] ?? 0))).toBeCloseTo(0.5, 6);
    }
  });

  it('raise the learning rate K times with gradient-inverse-seed', () => {
    const rows = [0, 1, 2, 3].map((own) => [0, 1, 2, 3].map((k) => (k === own ? 1 : 0)));
    for (const weight of take(named('gradient-inverse-seed'), rows).weights) {
      expect(weight).toBeCloseTo(4, 6);
    }
  });
});
