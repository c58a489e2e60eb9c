import type { Backend } from '../../server/src/training/backend.ts';
import type { Tf } from '../../server/src/training/task.ts';
import type { BenchNet } from './benchNet.mts';
import {
  type Contender,
  contenderRatios,
  loopContender,
  naiveContender,
  type StepTimes,
  takePair,
  warmUp,
} from './contender.mts';
import { EngineRunner } from './engineRunner.mts';
import { NaiveRunner } from './naiveRunner.mts';
import { type Cell, cadences } from './results.mts';
import { pairedRatios, ratioAtCadence, type Summary, summarize } from './statistics.mts';
import type { TorchProcess } from './torchProcess.mts';

/** Every pair is taken at least this often, however slow the backend is. */
const leastRounds = 2;
const torchSteps = 5;

export interface CellOrder {
  readonly backend: Backend;
  readonly tf: Tf;
  readonly net: BenchNet;
  readonly losses: number;
  /** Milliseconds; slow backends take longer. */
  readonly budget: number;
  readonly torch: TorchProcess | undefined;
}

interface Contenders {
  readonly everyStep: Contender;
  /** By cadence; those that would take too long are left out. */
  readonly loops: ReadonlyMap<number, Contender>;
  readonly naive: Contender | undefined;
}

/** Milliseconds of a step in PyTorch, round by round. */
interface TorchTimes {
  readonly plain: number[];
  readonly handMade: number[];
  readonly shared: number[];
}

/**
 * Times a backend on a net. Blocks of plain and of instrumented steps take turns within a process,
 * and PyTorch's between them, so that what disturbs the machine disturbs both sides of a ratio.
 */
export async function measureCell(order: CellOrder): Promise<Cell> {
  const { backend, tf, net, losses } = order;
  const runner = await EngineRunner.create(backend, tf, net, losses);
  const naive = backend.name.startsWith('compiled') ? undefined : new NaiveRunner(tf, net, losses);
  try {
    const contenders = chooseContenders(order, runner, naive, await warmUp(runner));
    await contenders.naive?.block();
    const torchTimes = await takeRounds(order, runner, contenders);
    return summarizeCell(order, contenders, torchTimes);
  } finally {
    naive?.dispose();
    runner.dispose();
  }
}

function chooseContenders(
  { budget, losses }: CellOrder,
  runner: EngineRunner,
  naive: NaiveRunner | undefined,
  times: StepTimes,
): Contenders {
  const isAffordable = ({ expected }: Contender): boolean => leastRounds * expected <= budget;
  const loops = cadences
    .filter((cadence) => cadence > 1)
    .map((cadence) => [cadence, loopContender(runner, cadence, times)] as const)
    .filter(([, contender]) => isAffordable(contender));
  const wanted = naive && naiveContender(naive, losses, times);
  return {
    everyStep: loopContender(runner, 1, times),
    loops: new Map(loops),
    naive: wanted && isAffordable(wanted) ? wanted : undefined,
  };
}

/** The next pair is always of the form that has had the least of its share of the time so far. */
async function takeRounds(
  order: CellOrder,
  runner: EngineRunner,
  { everyStep, loops, naive }: Contenders,
): Promise<TorchTimes> {
  const times: TorchTimes = { plain: [], handMade: [], shared: [] };
  const all = [everyStep, ...loops.values(), ...(naive ? [naive] : [])];
  const spent = new Map(all.map((contender) => [contender, 0]));
  await takeTorchRound(order, { plain: [], handMade: [], shared: [] });
  const until = performance.now() + order.budget;
  while (performance.now() < until || all.some(({ other }) => other.length < leastRounds)) {
    const contender = nextContender(all, spent);
    const started = performance.now();
    await takePair(runner, contender);
    if (contender === everyStep) await takeTorchRound(order, times);
    const elapsed = performance.now() - started;
    spent.set(contender, (spent.get(contender) ?? 0) + elapsed / contender.share);
  }
  return times;
}

function nextContender(
  all: readonly Contender[],
  spent: ReadonlyMap<Contender, number>,
): Contender {
  const short = all.filter(({ other }) => other.length < leastRounds);
  const [first, ...rest] = short.length > 0 ? short : all;
  if (!first) throw new Error('Broken invariant: something is measured');
  return rest.reduce(
    (least, other) => ((spent.get(other) ?? 0) < (spent.get(least) ?? 0) ? other : least),
    first,
  );
}

async function takeTorchRound({ torch, net, losses }: CellOrder, times: TorchTimes): Promise<void> {
  if (!torch) return;
  for (const form of ['plain', 'handMade', 'shared'] as const) {
    times[form].push(await torch.block(net.name, losses, form, torchSteps));
  }
}

function summarizeCell(
  { backend, net, losses, torch }: CellOrder,
  { everyStep, loops, naive }: Contenders,
  times: TorchTimes,
): Cell {
  const everyStepRatio = summarize(contenderRatios(everyStep));
  const all = [everyStep, ...loops.values(), ...(naive ? [naive] : [])];
  return {
    backend: backend.name,
    net: net.name,
    losses,
    plain: summarize(all.flatMap(({ plain }) => plain)),
    loops: cadences.map((cadence) => {
      const contender = cadence === 1 ? everyStep : loops.get(cadence);
      return contender
        ? { cadence, ratio: summarize(contenderRatios(contender)), measured: true }
        : { cadence, ratio: computedRatio(everyStepRatio, cadence), measured: false };
    }),
    ...(naive ? { naive: summarize(contenderRatios(naive)) } : {}),
    ...(torch ? { torch: summarizeTorch(everyStep, times) } : {}),
  };
}

function computedRatio({ n, lower, median, upper }: Summary, cadence: number): Summary {
  const at = (everyStep: number): number => ratioAtCadence(everyStep, cadence);
  return { n, lower: at(lower), median: at(median), upper: at(upper) };
}

function summarizeTorch(everyStep: Contender, times: TorchTimes): NonNullable<Cell['torch']> {
  return {
    plain: summarize(times.plain),
    handMade: summarize(pairedRatios(times.handMade, times.plain)),
    shared: summarize(pairedRatios(times.shared, times.plain)),
    plainRatios: [...pairedRatios(everyStep.plain, times.plain)],
    probeToHandMade: [...pairedRatios(everyStep.other, times.handMade)],
  };
}
