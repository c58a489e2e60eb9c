import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../server/src/base/random.ts';
import { Gramian } from '../../../server/src/numerics/gramian.ts';
import { byName } from '../../../server/src/training/byName.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import type { Strategy, StrategyMoment } from '../../../server/src/training/strategy.ts';
import { type RowKind, rowCases, seeded } from '../numerics/balance/randomRows.ts';
import { gramianOf, length, type Rows } from '../numerics/balance/rows.ts';
import { type SeenStep, StrategyCourse, setupOf } from './support/strategyCourse.ts';

const ones = (count: number): readonly number[] => new Array<number>(count).fill(1);

function weightsFor(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => 0.5 + index / 3);
}

function drawSteps(seed: number, size: number, count: number): readonly SeenStep[] {
  const random = createRandom(seed, 'states');
  return Array.from({ length: count }, () => ({
    losses: Array.from({ length: size }, () => 0.2 + 3 * random.uniform()),
    rows: Array.from({ length: size }, () =>
      Array.from({ length: size + 2 }, () => random.normal()),
    ),
    after: Array.from({ length: size }, () => 0.2 + 2 * random.uniform()),
  }));
}

const poisons = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e-300, 1e300, 1e-30];

/** A reading in which one loss or gradient is replaced by something bad. */
function poisoned(
  { losses, rows }: SeenStep,
  step: number,
  at: number,
  bad: number,
): StrategyMoment {
  const index = at % losses.length;
  const spoilt = (values: readonly number[]) => values.map((x, k) => (k === index ? bad : x));
  const isLoss = at % 2 === 0;
  const entries = rows.flatMap((_, row) =>
    rows.map((_own, column) => {
      const touched = !isLoss && (row === index || column === index);
      return touched ? bad : gramianOf(rows).at(row, column);
    }),
  );
  return {
    losses: isLoss ? spoilt(losses) : losses,
    gradients: Gramian.fromEntries(losses.length, entries),
    step,
  };
}

/** Weights can turn any two directions by rounding where rows depend on each other and lengths differ much. */
const sensitive: readonly string[] = ['aligned-mtl', 'imtl-g'];
/** Goes from loss to loss in their order. */
const inOrder: readonly string[] = ['alternating'];

describe.each(strategies)('$name', (strategy) => {
  const { options, weightsApply } = strategy;

  it('has options with descriptions and defaults', () => {
    expect(Object.keys(options.parse({}))).toEqual(Object.keys(options.shape));
    for (const option of Object.values(options.shape)) {
      expect(option).toHaveProperty('description', expect.stringMatching(/^.{10,}\.$/));
    }
  });

  it('gives finite weights for any finite gradients', () => {
    fc.assert(
      fc.property(rowCases(), ({ rows }) => {
        const course = new StrategyCourse(strategy, { weights: weightsFor(rows.length) });
        const { weights } = course.repeat({ losses: ones(rows.length), rows }, 3);
        expect(weights).toHaveLength(rows.length);
        expect(weights.every((weight) => Number.isFinite(Math.fround(weight)))).toBe(true);
      }),
      seeded,
    );
  });

  it('goes on after anything that is not finite, and keeps its weights there', () => {
    for (const bad of poisons) {
      const { state } = new StrategyCourse(strategy, { weights: weightsFor(3) });
      let last: readonly number[] = weightsFor(3);
      for (const [at, step] of drawSteps(3, 3, 6).entries()) {
        const before = state.snapshot();
        const moment = poisoned(step, at + 1, at, bad);
        const weights = state.weights(moment);
        expect(weights.every((weight) => Number.isFinite(Math.fround(weight)))).toBe(true);
        if (!Number.isFinite(bad) && strategy.degenerate.nonFinite.startsWith('The weights of')) {
          expect(weights).toEqual(last);
          expect(state.snapshot()).toEqual(before);
        }
        last = weights;
        state.after?.([bad, 1, 1]);
      }
    }
  });

  it('goes on from a snapshot as if nothing had been', () => {
    const steps = drawSteps(5, 4, 40);
    const [first, second] = [1, 2].map((seed) => {
      return strategy.create(
        setupOf(strategy, { weights: [1, 0, 0.5, 2], seed, options: shortEpochs(strategy) }),
      );
    });
    const take = (from: number, to: number, state = first) =>
      steps.slice(from, to).map(({ losses, rows, after = losses }, index) => {
        const moment = { losses, gradients: gramianOf(rows), step: from + index + 1 };
        const weights = state?.weights(moment);
        state?.after?.(after);
        return weights;
      });
    take(0, 17);
    const snapshot = first?.snapshot() ?? [];
    expect(snapshot.every((value) => typeof value === 'number')).toBe(true);
    second?.restore([...Float64Array.from(snapshot)]);
    expect(second?.snapshot()).toEqual(snapshot);
    expect(take(17, 40, second)).toEqual(take(17, 40, first));
    expect(second?.snapshot()).toEqual(first?.snapshot());
  });

  it('takes a single loss along its own gradient', () => {
    const rows = [[0.3, -0.4]];
    const course = new StrategyCourse(strategy, { weights: [2] });
    const { weights, direction } = course.repeat({ losses: [1.5], rows }, 3);
    expect(weights[0]).toBeGreaterThan(0);
    expect(direction[0] ?? 0).toBeCloseTo((length(direction) * 0.3) / 0.5, 12);
  });

  it('leaves out a loss of weight 0 altogether', () => {
    const steps = drawSteps(7, 4, 12);
    const whole = strategy.create(setupOf(strategy, { weights: [1, 2, 0.5, 0] }));
    const part = strategy.create(setupOf(strategy, { weights: [1, 2, 0.5] }));
    for (const [index, { losses, rows, after = losses }] of steps.entries()) {
      const step = index + 1;
      const bad = losses.map((loss, own) => (own === 3 ? Number.NaN : loss));
      const entries = rows.flatMap((_, row) =>
        rows.map((_own, k) => (row === 3 || k === 3 ? Number.NaN : gramianOf(rows).at(row, k))),
      );
      const gradients = Gramian.fromEntries(4, entries);
      const weights = whole.weights({ losses: bad, gradients, step });
      const fewer = { losses: losses.slice(0, 3), gradients: gramianOf(rows.slice(0, 3)), step };
      expect(weights).toEqual([...part.weights(fewer), 0]);
      whole.after?.([...after.slice(0, 3), Number.NaN]);
      part.after?.(after.slice(0, 3));
    }
    const none = strategy.create(setupOf(strategy, { weights: [0, 0] }));
    const gradients = Gramian.fromEntries(2, [1, 0, 0, 1]);
    expect(none.weights({ losses: [1, 1], gradients, step: 1 })).toEqual([0, 0]);
  });

  it(`applies the weights of the config ${weightsApply} it looks`, () => {
    const config = [2, 0.5, 3];
    const scaled = (values: readonly number[]) =>
      weightsApply === 'before' ? values.map((x, k) => x * (config[k] ?? 1)) : values;
    const rowsOf = (rows: Rows) => {
      const factors = scaled(ones(3));
      return rows.map((row, k) => row.map((x) => x * (factors[k] ?? 1)));
    };
    const weighted = new StrategyCourse(strategy, { weights: config });
    const plain = new StrategyCourse(strategy, { weights: ones(3) });
    for (const { losses, rows, after = losses } of drawSteps(9, 3, 10)) {
      const { weights } = weighted.take({ losses, rows, after });
      const told = { losses: scaled(losses), rows: rowsOf(rows), after: scaled(after) };
      for (const [index, weight] of plain.take(told).weights.entries()) {
        const expected = weight * (config[index] ?? 1);
        expect(Math.abs((weights[index] ?? 0) - expected)).toBeLessThan(1e-9 * (1 + expected));
      }
    }
  });
});

describe('the order of the losses', () => {
  it.each(
    strategies.filter(({ name, properties }) => {
      return properties.random === 'no' && !inOrder.includes(name);
    }),
  )('is not seen by $name', (strategy) => {
    const kinds: readonly RowKind[] = sensitive.includes(strategy.name)
      ? ['independent']
      : ['independent', 'opposed', 'duplicate', 'zero row'];
    fc.assert(
      fc.property(rowCases(kinds), ({ rows }) => {
        const size = rows.length;
        const losses = rows.map((_, index) => 1 + index / 4);
        const straight = new StrategyCourse(strategy, { weights: weightsFor(size) });
        const turned = new StrategyCourse(strategy, {
          weights: [...weightsFor(size)].reverse(),
          reference: size - 1,
        });
        const first = straight.repeat({ losses, rows }, 8);
        const second = turned.repeat(
          { losses: [...losses].reverse(), rows: [...rows].reverse() },
          8,
        );
        const difference = first.direction.map((x, k) => x - (second.direction[k] ?? 0));
        expect(length(difference)).toBeLessThanOrEqual(1e-7 * sizeOf(first.weights, first.rows));
      }),
      { ...seeded, numRuns: 150 },
    );
  });
});

describe('a curve', () => {
  it.each(strategies.filter(({ curve, options }) => curve && 'term' in options.shape))(
    'of $name is what it does',
    (strategy) => {
      const { options, curve } = strategy;
      const chosen = options.parse({});
      const state = strategy.create(setupOf(strategy, { weights: [1, 0.5], steps: 20 }));
      const factors = Array.from({ length: 20 }, (_, index) => curve?.(chosen, 20, index + 1) ?? 0);
      expect(factors.every((factor) => factor >= 0 && Number.isFinite(factor))).toBe(true);
      expect(new Set(factors).size).toBeGreaterThan(1);
      for (const [index, factor] of factors.entries()) {
        const weights = state.weights({ losses: [], gradients: undefined, step: index + 1 });
        expect(weights).toEqual([1, 0.5 * factor]);
      }
      const one = strategy.create(
        setupOf(strategy, { weights: [1, 0.5], options: { term: 'loss1' }, steps: 20 }),
      );
      const first = one.weights({ losses: [], gradients: undefined, step: 1 });
      expect(first).toEqual([factors[0], 0.5]);
      expect(strategy.namedTerms?.(options.parse({ term: 'loss1' }))).toEqual(['loss1']);
      expect(strategy.namedTerms?.(chosen)).toEqual([]);
    },
  );
});

describe('stages', () => {
  const twoStage = byName(strategies, 'two-stage');
  const weights = [1, 0.5, 2];
  const setup = (options: object) => ({ weights, steps: 10, options: { ...options } });
  const tenSteps = (options: object) => {
    const state = twoStage.create(setupOf(twoStage, setup(options)));
    return Array.from({ length: 10 }, (_, index) =>
      state.weights({ losses: [], gradients: undefined, step: index + 1 }),
    );
  };
  const stages = (first: readonly number[], second: readonly number[], at: number) => [
    ...Array.from({ length: at }, () => first),
    ...Array.from({ length: 10 - at }, () => second),
  ];

  it.each([
    [{}, stages([0, 0.5, 2], [1, 0, 0], 5)],
    [{ switch: 0.3 }, stages([0, 0.5, 2], [1, 0, 0], 3)],
    [{ switch: 0 }, stages([], [1, 0, 0], 0)],
    [{ switch: 1 }, stages([0, 0.5, 2], [], 10)],
    [{ first: 'loss3' }, stages([0, 0, 2], [1, 0.5, 0], 5)],
    [{ first: ['loss1', 'loss3'] }, stages([1, 0, 2], [0, 0.5, 0], 5)],
    [{ first: ['loss1', 'loss2', 'loss3'] }, stages(weights, [], 10)],
  ])('of %j', (options, expected) => {
    expect(tenSteps(options)).toEqual(expected);
  });

  it('name their losses, and have the curve of the first', () => {
    const { options, namedTerms, curve } = twoStage;
    const named = [null, 'a', ['a', 'b']].map((first) => namedTerms?.(options.parse({ first })));
    expect(named).toEqual([[], ['a'], ['a', 'b']]);
    const factors = [1, 5, 6, 10].map((step) => curve?.(options.parse({}), 10, step));
    expect(factors).toEqual([1, 1, 0, 0]);
  });
});

describe('alternation', () => {
  it('gives each loss its steps before the next', () => {
    const alternating = byName(strategies, 'alternating');
    const weights = [1, 0, 2];
    const state = alternating.create(setupOf(alternating, { weights, options: { every: 2 } }));
    const turns = Array.from({ length: 6 }, (_, index) =>
      state.weights({ losses: [], gradients: undefined, step: index + 1 }),
    );
    const [first, third] = [
      [1, 0, 0],
      [0, 0, 2],
    ];
    expect(turns).toEqual([first, first, third, third, first, first]);
  });
});

/** So that epochs end within a test. */
function shortEpochs({ options }: Strategy): Readonly<Record<string, unknown>> {
  return 'epoch_steps' in options.shape ? { epoch_steps: 5 } : {};
}

/** What a direction is made of, for rounding. */
function sizeOf(weights: readonly number[], rows: Rows): number {
  return rows.reduce((sum, row, index) => sum + Math.abs(weights[index] ?? 0) * length(row), 0);
}
