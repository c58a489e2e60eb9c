import { markdownTable } from '../../scripts/markdownTable.mts';
import { createRandom } from '../../server/src/base/random.ts';
import { adamStep, firstAdamMoments } from '../../server/src/numerics/balance/adamStep.ts';
import { Gramian } from '../../server/src/numerics/gramian.ts';
import { strategies } from '../../server/src/training/strategies/registry.ts';
import type { Strategy, StrategyState } from '../../server/src/training/strategy.ts';
import {
  lowerBound,
  type Point,
  readToy,
  starts,
  succeeded,
  type ToyReading,
} from '../toyProblem.mts';
import type { Experiment } from './experiment.mts';
import { ToyAverages } from './toyAverages.mts';

const steps = 50_000;
const scales = [0.1, 1];

/** The toy problem for every strategy that a config can choose, by the code that a run uses. */
export const e7Toy: Experiment = {
  name: 'e7',
  title: 'E7: the toy problem of CAGrad, Nash-MTL and FAMO, for every strategy',
  claim:
    'Methods that look at both gradients find the way out of the upper basin where a sum of the losses does not (Liu et al., NeurIPS 2021 and 2023).',
  setup: `Two losses of two parameters, ${steps} steps of Adam at 0.001 from 5 starts; the first loss is multiplied by 0.1 or 1. Counted are the starts from which the Pareto set of the lower basin is reached. Each strategy has its defaults and weights of 1, through the state that a run drives; losses are given above their lower bound, which moves no gradient and lets the logarithmic ones be defined. Random and scheduled strategies run like the rest, with seed 1. The 28 published cells, with the settings of their papers, are in [the benchmarks](../benchmarks.md).`,
  async run({ progress }) {
    const rows = strategies.map((strategy) => {
      progress(strategy.name);
      return [
        strategy.name,
        ...scales.map((scale) => {
          const ends = starts.map((start) => descend(strategy, start, scale));
          return `${ends.filter(succeeded).length} of ${starts.length}`;
        }),
      ];
    });
    return markdownTable(['strategy', ...scales.map((scale) => `scale ${scale}`)], rows);
  },
};

function descend(strategy: Strategy, start: Point, scale: number): Point {
  const state = createState(strategy);
  const averages = strategy.moments && new ToyAverages(strategy.moments);
  let point = start;
  let moments = firstAdamMoments(2);
  for (let step = 1; step <= steps; step += 1) {
    const { losses, rows } = readAboveBound(point, scale);
    const combined = averages ? averages.update(rows, losses, step) : rows;
    const weights = state.weights({ losses, gradients: gramianOf(combined), step });
    const [first = 0, second = 0] = weights;
    const [a, b] = combined;
    const direction = [first * a[0] + second * b[0], first * a[1] + second * b[1]];
    const next = adamStep(point, direction, moments, { rate: 1e-3 });
    moments = next.moments;
    point = [next.values[0] ?? Number.NaN, next.values[1] ?? Number.NaN];
    if (state.after) state.after(readAboveBound(point, scale).losses);
  }
  return point;
}

function createState(strategy: Strategy): StrategyState {
  return strategy.create({
    terms: ['first', 'second'],
    weights: [1, 1],
    reference: 0,
    steps,
    random: createRandom(1, 'toy'),
    options: strategy.options.parse({}),
  });
}

function readAboveBound(point: Point, scale: number): ToyReading {
  const { losses, rows } = readToy(point, scale);
  return { losses: [losses[0] - lowerBound * scale, losses[1] - lowerBound], rows };
}

function gramianOf([a, b]: readonly [Point, Point]): Gramian {
  const cross = a[0] * b[0] + a[1] * b[1];
  return Gramian.fromEntries(2, [a[0] ** 2 + a[1] ** 2, cross, cross, b[0] ** 2 + b[1] ** 2]);
}
