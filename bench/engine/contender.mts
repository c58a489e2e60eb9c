import type { StepKind } from '../../server/src/training/stepEngine.ts';
import type { EngineRunner } from './engineRunner.mts';
import type { NaiveRunner } from './naiveRunner.mts';
import { pairedRatios } from './statistics.mts';

/** A block of steps at cadence 1 lasts about so many milliseconds, within the limit below. */
const blockMs = 25;
const mostBlockSteps = 5;
/** Steps until a just-in-time compiler has seen everything often enough. */
const warmUpRounds = 3;

/** A form of training that is timed against plain steps, block beside block. */
export interface Contender {
  /** Milliseconds of a step, pair by pair. */
  readonly plain: number[];
  readonly other: number[];
  /** Steps of the plain block of a pair. */
  readonly plainSteps: number;
  /** Of the time of a cell, in relation to the others. */
  readonly share: number;
  /** What a pair takes, in milliseconds, as far as is known beforehand. */
  readonly expected: number;
  /** Takes the other block of a pair and gives milliseconds of a step. */
  readonly block: () => Promise<number>;
}

/** How long steps take about. */
export interface StepTimes {
  readonly plainMs: number;
  readonly probeMs: number;
}

/** Lets everything be made that is made once, and looks how long steps take. */
export async function warmUp(runner: EngineRunner): Promise<StepTimes> {
  await runner.block(['plain']);
  await runner.block(['probe']);
  const plainMs = await runner.block(['plain']);
  const probeMs = await runner.block(['probe']);
  const rounds = plainMs + probeMs < 20 * blockMs ? warmUpRounds : 0;
  for (let round = 0; round < rounds; round += 1) await runner.block(['plain', 'probe']);
  return { plainMs, probeMs };
}

/** A loop that probes once in `cadence` steps, for as many whole cycles as fill a block. */
export function loopContender(
  runner: EngineRunner,
  cadence: number,
  { plainMs, probeMs }: StepTimes,
): Contender {
  const cycles = Math.max(1, Math.floor(blockSteps(plainMs) / cadence));
  const kinds = Array.from(
    { length: cycles * cadence },
    (_, index): StepKind => (index % cadence === 0 ? 'probe' : 'plain'),
  );
  return {
    plain: [],
    other: [],
    plainSteps: kinds.length,
    // The first stands beside PyTorch, the last is held to three per cent.
    share: cadence === 1 || cadence === 50 ? 2 : 1,
    expected: cycles * (2 * cadence * plainMs + probeMs),
    block: () => runner.block(kinds),
  };
}

/** One forward and backward pass for each loss and one for the sum. */
export function naiveContender(
  naive: NaiveRunner,
  losses: number,
  { plainMs }: StepTimes,
): Contender {
  const stepMs = (losses + 1) * plainMs;
  const steps = blockSteps(stepMs);
  return {
    plain: [],
    other: [],
    plainSteps: steps,
    share: 1,
    expected: steps * (plainMs + stepMs),
    block: () => naive.block(steps),
  };
}

/** Who goes first changes from pair to pair, so that going first is no advantage. */
export async function takePair(
  runner: EngineRunner,
  { plain, other, plainSteps, block }: Contender,
): Promise<void> {
  const plainFirst = other.length % 2 === 0;
  const kinds = Array.from({ length: plainSteps }, (): StepKind => 'plain');
  if (plainFirst) plain.push(await runner.block(kinds));
  other.push(await block());
  if (!plainFirst) plain.push(await runner.block(kinds));
}

/** Of the form to plain steps, pair by pair. */
export function contenderRatios({ plain, other }: Contender): readonly number[] {
  return pairedRatios(other, plain);
}

function blockSteps(stepMs: number): number {
  return Math.min(mostBlockSteps, Math.max(1, Math.round(blockMs / stepMs)));
}
