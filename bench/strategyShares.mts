/** The process that `strategies.mts` bundles and starts. */
import { markdownTable } from '../scripts/markdownTable.mts';
import { createRandom } from '../server/src/base/random.ts';
import { Gramian } from '../server/src/numerics/gramian.ts';
import { compiledCpu } from '../server/src/training/backends/compiledCpu.ts';
import type { StepKind } from '../server/src/training/stepEngine.ts';
import { strategies } from '../server/src/training/strategies/registry.ts';
import type { Strategy, StrategyMoment } from '../server/src/training/strategy.ts';
import { EngineRunner } from './engine/engineRunner.mts';
import { benchNets } from './engine/nets/registry.mts';
import { quantile, summarize } from './engine/statistics.mts';

const losses = 8;
/** Of a plain step. */
const mostShare = 0.02;
const readingCount = 200;
/** Timings of each strategy, and blocks of each kind of step. */
const rounds = 9;
const stepsOfBlock = 10;

interface StepForm {
  readonly name: string;
  readonly strategy: string;
  readonly kind: StepKind;
}
const stepForms: readonly StepForm[] = [
  { name: 'plain step', strategy: 'fixed', kind: 'plain' },
  { name: 'all gradients measured, weights known', strategy: 'fixed', kind: 'probe' },
  { name: 'losses read in mid-step', strategy: 'log', kind: 'plain' },
  { name: 'gradients read in mid-step', strategy: 'mgda', kind: 'probe' },
];

/** Milliseconds of a step of each form, block beside block. */
async function timeSteps(): Promise<readonly number[]> {
  const [net] = benchNets;
  if (!net) throw new Error('Broken invariant: there are nets');
  const tf = await compiledCpu.load();
  const runners: EngineRunner[] = [];
  for (const { strategy } of stepForms) {
    runners.push(await EngineRunner.create(compiledCpu, tf, net, losses, strategy));
  }
  const times = stepForms.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { kind }] of stepForms.entries()) {
      const block = new Array<StepKind>(stepsOfBlock).fill(kind);
      const ms = (await runners[index]?.block(block)) ?? Number.NaN;
      // The first is for the just-in-time compiler.
      if (round > 0) times[index]?.push(ms);
    }
  }
  for (const runner of runners) runner.dispose();
  return times.map((values) => summarize(values).median);
}

/** Losses that fall, gradients of lengths over 10³, half of the readings with strong conflicts. */
function drawReading(seed: number): StrategyMoment {
  const random = createRandom(seed, 'balance');
  const conflicting = seed % 2 === 1;
  const rows = Array.from({ length: losses }, (_, row) => {
    const scale = 10 ** (3 * (random.uniform() - 0.5));
    const sign = conflicting && row % 2 === 1 ? -1 : 1;
    return Array.from({ length: 12 }, () => scale * (random.normal() + (conflicting ? sign : 0)));
  });
  const products = rows.flatMap((a) =>
    rows.map((b) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)),
  );
  return {
    step: seed + 1,
    losses: rows.map((_, row) => (1 + row / 4) * (0.9 + 0.2 * random.uniform())),
    gradients: Gramian.fromEntries(losses, Float32Array.from(products)),
  };
}

/** Microseconds that a strategy takes on each reading, the median of several runs. */
function timeStrategy(strategy: Strategy, readings: readonly StrategyMoment[]): readonly number[] {
  const times = readings.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    const state = strategy.create({
      terms: readings[0]?.losses.map((_, index) => `loss${index + 1}`) ?? [],
      weights: new Array<number>(losses).fill(1),
      reference: 0,
      steps: readings.length,
      random: createRandom(0, 'strategy'),
      options: strategy.options.parse({}),
    });
    for (const [index, reading] of readings.entries()) {
      const began = performance.now();
      state.weights(reading);
      state.after?.(reading.losses);
      if (round > 0) times[index]?.push((performance.now() - began) * 1000);
    }
  }
  return times.map((values) => summarize(values).median);
}

async function report(): Promise<void> {
  const readings = Array.from({ length: readingCount }, (_, seed) => drawReading(seed));
  for (const strategy of strategies) timeStrategy(strategy, readings);
  const steps = await timeSteps();
  const [plain = Number.NaN] = steps;
  console.log(`K = ${losses}, compiled-cpu, ${benchNets[0]?.description}\n`);
  console.log(`${stepTable(steps, plain)}\n`);
  const rows = strategies.map((strategy) => {
    const times = timeStrategy(strategy, readings);
    const median = quantile(times, 0.5);
    const late = quantile(times, 0.95);
    return { name: strategy.name, median, late, share: median / 1000 / plain };
  });
  console.log(`${strategyTable(rows)}\n`);
  const missed = rows.filter(({ share }) => !(share <= mostShare)).map(({ name }) => name);
  const limit = `${100 * mostShare} % of a plain step`;
  console.log(
    missed.length === 0
      ? `Met: every strategy takes at most ${limit}.`
      : `Missed: more than ${limit} is taken by ${missed.join(', ')}.`,
  );
  process.exitCode = missed.length === 0 ? 0 : 1;
}

function stepTable(steps: readonly number[], plain: number): string {
  return markdownTable(
    ['step', 'ms', 'against a plain step'],
    stepForms.map(({ name }, index) => {
      const ms = steps[index] ?? Number.NaN;
      return [name, ms.toFixed(2), `${(ms / plain).toFixed(2)}×`];
    }),
  );
}

interface StrategyRow {
  readonly name: string;
  /** Microseconds. */
  readonly median: number;
  readonly late: number;
  readonly share: number;
}

function strategyTable(rows: readonly StrategyRow[]): string {
  return markdownTable(
    ['strategy', 'median µs', 'p95 µs', 'share of a plain step'],
    rows.map(({ name, median, late, share }) => [
      name,
      median.toFixed(1),
      late.toFixed(1),
      `${(100 * share).toFixed(2)} %`,
    ]),
  );
}

void report();
