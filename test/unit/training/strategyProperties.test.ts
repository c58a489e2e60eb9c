import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRandom, type Random } from '../../../server/src/base/random.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import type { Strategy } from '../../../server/src/training/strategy.ts';
import { type RowKind, rowCases, seeded } from '../numerics/balance/randomRows.ts';
import { combine, inner, length, type Rows } from '../numerics/balance/rows.ts';
import { type SeenStep, StrategyCourse, type TakenStep } from './support/strategyCourse.ts';

const ones = (count: number): readonly number[] => new Array<number>(count).fill(1);
const anyKind: readonly RowKind[] = [
  'independent',
  'rank-deficient',
  'opposed',
  'duplicate',
  'zero row',
  'all zero',
];

function drawRows(random: Random, size: number, scale: () => number = () => 1): Rows {
  return Array.from({ length: size }, () => {
    const own = scale();
    return Array.from({ length: size + 3 }, () => own * random.normal());
  });
}

function drawLosses(random: Random, size: number): readonly number[] {
  return Array.from({ length: size }, () => 0.5 + 2 * random.uniform());
}

function cosine(first: readonly number[], second: readonly number[]): number {
  return inner(first, second) / length(first) / length(second);
}

/** The worst d·gₖ / (|d||gₖ|), where it is more than rounding of what d is made of. */
function worstDescent({ weights, direction }: TakenStep, rows: Rows): number {
  const sizes = rows.map((row, index) => Math.abs(weights[index] ?? 0) * length(row));
  const noise = 1e-12 * sizes.reduce((sum, size) => sum + size, 0);
  const cosines = rows.map((row) => {
    const product = inner(direction, row);
    return Math.abs(product) <= noise * length(row) ? 0 : cosine(direction, row);
  });
  return Math.min(...cosines);
}

/** The worst descent of the last of three steps on gradients of different lengths that know nothing of each other. */
function descentOfDraw(strategy: Strategy, seed: number, size: number): number {
  const random = createRandom(seed, 'conflict');
  const scales = [1, 1e-3, 1e-10];
  const scale = (): number => scales[Math.floor(random.uniform() * scales.length)] ?? 1;
  const course = new StrategyCourse(strategy, { weights: ones(size) });
  let worst = 0;
  for (let step = 0; step < 3; step += 1) {
    const rows = drawRows(random, size, scale);
    worst = worstDescent(course.take({ losses: drawLosses(random, size), rows }), rows);
  }
  return worst;
}

/** The direction after some steps, with the losses and gradients multiplied by some scales. */
function scaledDirection(
  strategy: Strategy,
  steps: readonly SeenStep[],
  scales: readonly number[],
): readonly number[] {
  const by = (values: readonly number[]) => values.map((value, k) => value * (scales[k] ?? 1));
  const course = new StrategyCourse(strategy, { weights: ones(scales.length) });
  const taken = steps.map(({ losses, rows, after }) =>
    course.take({
      losses: by(losses),
      rows: rows.map((row, k) => row.map((value) => value * (scales[k] ?? 1))),
      ...(after ? { after: by(after) } : {}),
    }),
  );
  return taken.at(-1)?.direction ?? [];
}

function drawSteps(seed: number, size: number): readonly SeenStep[] {
  const random = createRandom(seed, 'scales');
  return Array.from({ length: 3 }, () => {
    const losses = drawLosses(random, size);
    const after = losses.map((loss) => loss * (0.9 + 0.1 * random.uniform()));
    return { losses, rows: drawRows(random, size), after };
  });
}

const scalesOf4 = [10, 1, 0.2, 3];

describe.each(strategies)('$name', (strategy) => {
  const { properties, needs, cost, moments } = strategy;

  it.each([
    [2, properties.nonConflictingTwo],
    [3, properties.nonConflictingMore],
  ] as const)('conflicts among %d losses: %s held', (count, holds) => {
    if (holds !== 'always' && holds !== 'if independent') {
      const draws = Array.from({ length: 400 }, (_, seed) => seed);
      expect(draws.some((seed) => descentOfDraw(strategy, seed, count) < -1e-3)).toBe(true);
      return;
    }
    const kinds = holds === 'always' ? anyKind : (['independent'] as const);
    fc.assert(
      fc.property(fc.array(rowCases(kinds), { minLength: 2, maxLength: 2 }), (cases) => {
        const size = count === 2 ? 2 : Math.min(...cases.map(({ rows }) => rows.length));
        const weights = Array.from({ length: size }, (_, index) => 0.3 + index);
        const course = new StrategyCourse(strategy, { weights });
        for (const drawn of cases) {
          const rows = drawn.rows.slice(0, size);
          if (rows.length < size) return;
          const taken = course.take({ losses: ones(size), rows });
          expect(worstDescent(taken, rows)).toBeGreaterThanOrEqual(-1e-7);
        }
      }),
      seeded,
    );
  });

  it(`is invariant to the scale of a loss: ${properties.scaleInvariance}`, () => {
    const cosines = Array.from({ length: 30 }, (_, seed) => {
      const steps = drawSteps(seed, 4);
      const plain = scaledDirection(strategy, steps, ones(4));
      const scaled = scaledDirection(strategy, steps, scalesOf4);
      if (properties.scaleInvariance === 'full') {
        expect(length(scaled) / length(plain)).toBeCloseTo(1, 5);
      }
      return cosine(plain, scaled);
    });
    const invariant = Math.min(...cosines) > 1 - 1e-7;
    expect(invariant).toBe(['full', 'direction'].includes(properties.scaleInvariance));
    if (properties.scaleInvariance !== 'partly') return;
    // Once it has learnt, and where the gradients are orthogonal.
    const rows = [1, 2, 0.7, 3].map((own, row) => ones(4).map((_, k) => (k === row ? own : 0)));
    const same = new Array<SeenStep>(3000).fill({ losses: [1, 2, 0.6, 3], rows });
    const plain = scaledDirection(strategy, same, ones(4));
    expect(cosine(plain, scaledDirection(strategy, same, scalesOf4))).toBeGreaterThan(0.99);
  });

  it(`${properties.whenOneVanishes} when one loss is done`, () => {
    const random = createRandom(4, 'vanishing');
    const rows = drawRows(random, 6);
    const losses = [1, 2, 1.5, 0.8, 1.2, 0.7];
    const gone = 2e-3;
    const times = needs === 'losses' ? 4000 : 600;
    const directionAt = (share: number): number => {
      const course = new StrategyCourse(strategy, { weights: ones(6) });
      course.repeat({ losses, rows }, 30);
      const scaled = (values: readonly number[], factor: number) => values.map((x) => x * factor);
      const done = {
        losses: losses.map((loss, index) => (index === 2 ? loss * share ** 2 : loss)),
        rows: rows.map((row, index) => (index === 2 ? scaled(row, share) : row)),
      };
      return length(course.repeat(done, times).direction);
    };
    const ratio = directionAt(gone) / directionAt(1);
    const became = ratio < 0.1 ? 'stalls' : ratio > 10 ? 'explodes' : 'goes on';
    const bounded = properties.whenOneVanishes === 'clipped' ? 'goes on' : undefined;
    expect(became).toBe(bounded ?? properties.whenOneVanishes);
  });

  it(`depends on chance: ${properties.random}`, () => {
    const draws = Array.from({ length: 20 }, (_, seed) => {
      const steps = drawSteps(seed, 4);
      const [first, again, other] = [1, 1, 2].map((own) => {
        const course = new StrategyCourse(strategy, { weights: ones(4), seed: own });
        return steps.map((step) => course.take(step).weights);
      });
      expect(again).toEqual(first);
      return JSON.stringify(first) === JSON.stringify(other);
    });
    expect(draws.every((same) => same)).toBe(properties.random === 'no');
  });

  it('costs what it says', () => {
    const { after } = new StrategyCourse(strategy, { weights: [1, 1] }).state;
    expect(cost.forwards).toBe(after ? 2 : 1);
    const readsAll = needs === 'gradients' && moments?.turn !== 'one loss a step';
    expect(cost.backwards).toBe(readsAll ? 'K' : '1');
    if (moments) expect(needs).toBe('gradients');
  });
});

it('conflicts among dependent gradients where only independent ones are promised', () => {
  const promising = strategies.filter(
    ({ properties, moments }) => properties.nonConflictingMore === 'if independent' && !moments,
  );
  expect(promising.map(({ name }) => name)).toEqual(['config', 'imtl-g']);
  // Four gradients in a plane that all have a positive first entry: there is a direction for all.
  const draws = Array.from({ length: 100 }, (_, seed) => {
    const random = createRandom(seed, 'plane');
    return ones(4).map(() => [0.05 + Math.abs(random.normal()), 3 * random.normal()]);
  });
  for (const strategy of promising) {
    const worst = draws.map((rows) => {
      const course = new StrategyCourse(strategy, { weights: ones(4) });
      return worstDescent(course.take({ losses: ones(4), rows }), rows);
    });
    expect(Math.min(...worst)).toBeLessThan(-0.01);
  }
});

const withDirection = (word: string): readonly Strategy[] =>
  strategies.filter(({ properties }) => properties.twoLossDirection === word);
const withObjective = (word: string): readonly Strategy[] =>
  strategies.filter(({ properties }) => properties.objective === word);

/** Directions of two gradients whose lengths differ by 30 at most. */
function directionsOfPairs(strategy: Strategy): readonly (readonly [readonly number[], Rows])[] {
  return Array.from({ length: 40 }, (_, seed) => {
    const random = createRandom(seed, 'pairs');
    const rows = drawRows(random, 2, () => 10 ** (1.5 * (random.uniform() - 0.5)));
    const course = new StrategyCourse(strategy, { weights: [1, 1] });
    return [course.repeat({ losses: [1, 1], rows }, 2).direction, rows] as const;
  });
}

describe('for two losses', () => {
  it.each(withDirection('bisector'))('$name goes along the bisector', (strategy) => {
    for (const [direction, rows] of directionsOfPairs(strategy)) {
      const bisector = combine(
        rows.map((row) => 1 / length(row)),
        rows,
      );
      expect(cosine(direction, bisector)).toBeGreaterThan(1 - 1e-7);
    }
  });

  it.each(withDirection('weighted sum'))('$name goes along the sum', (strategy) => {
    for (const [direction, rows] of directionsOfPairs(strategy)) {
      expect(cosine(direction, combine([1, 1], rows))).toBeGreaterThan(1 - 1e-12);
    }
  });

  it.each(withDirection('projected sum'))('$name adds up what does not conflict', (strategy) => {
    for (const [direction, rows] of directionsOfPairs(strategy)) {
      const [first = [], second = []] = rows;
      const product = Math.min(0, inner(first, second));
      const coefficients = [first, second].map((row) => 1 - product / inner(row, row));
      expect(cosine(direction, combine(coefficients, rows))).toBeGreaterThan(1 - 1e-12);
    }
  });

  it('most strategies differ from each other', () => {
    const groups = new Set(strategies.map(({ properties }) => properties.twoLossDirection));
    expect(groups).toEqual(new Set(['bisector', 'projected sum', 'weighted sum', undefined]));
  });
});

describe('the direction', () => {
  it('of fairgrad and nash-mtl is one for any number of losses', () => {
    const alike = strategies.filter(({ properties }) => properties.direction);
    expect(alike.map(({ name }) => name)).toEqual(['fairgrad', 'nash-mtl']);
    for (let seed = 0; seed < 50; seed += 1) {
      const step = { losses: ones(5), rows: drawRows(createRandom(seed, 'alike'), 5) };
      const [first = [], second = []] = alike.map(
        (strategy) => new StrategyCourse(strategy, { weights: ones(5) }).take(step).direction,
      );
      expect(cosine(first, second)).toBeGreaterThan(1 - 1e-12);
    }
  });

  it.each(strategies.filter(({ properties }) => properties.withoutConflict))(
    'of $name is the weighted sum where nothing conflicts',
    (strategy) => {
      for (let seed = 0; seed < 50; seed += 1) {
        const drawn = drawRows(createRandom(seed, 'positive'), 4);
        const rows = drawn.map((row) => row.map(Math.abs));
        const weights = [1, 0.2, 3, 0.7];
        const { direction } = new StrategyCourse(strategy, { weights }).take({
          losses: ones(4),
          rows,
        });
        expect(cosine(direction, combine(weights, rows))).toBeGreaterThan(1 - 1e-12);
      }
    },
  );
});

describe('the objective', () => {
  it.each(withObjective('sum of logarithms'))('of $name is Σ log L in the end', (strategy) => {
    const rows = drawRows(createRandom(2, 'objective'), 3);
    const losses = [0.4, 2, 5];
    const course = new StrategyCourse(strategy, { weights: ones(3) });
    const { direction } = course.repeat({ losses, rows }, 4000);
    const logarithms = combine(
      losses.map((loss) => 1 / loss),
      rows,
    );
    expect(cosine(direction, logarithms)).toBeGreaterThan(0.9999);
  });

  it.each(withObjective('weighted sum'))('of $name is the weighted sum', (strategy) => {
    const rows = drawRows(createRandom(2, 'objective'), 3);
    const weights = [1, 0.2, 3];
    const { direction } = new StrategyCourse(strategy, { weights }).take({ losses: weights, rows });
    expect(direction).toEqual(combine(weights, rows));
  });
});
