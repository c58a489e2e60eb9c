import type * as tfc from '@tensorflow/tfjs-core';

import { invariant } from '../../base/invariant.ts';
import { findNonFinite } from '../checkBatch.ts';
import { detach } from '../detach.ts';
import { EagerEngine } from '../eagerEngine.ts';
import type { EngineSnapshot, HeldState, StepKind, StepSpec } from '../stepEngine.ts';
import type { Batch, TaskInstance, Tf } from '../task.ts';
import { dissectBatch } from './dissectBatch.ts';
import { findNonFiniteParameter, findNonFiniteState, type StatePart } from './stateRanges.ts';
import type { Trouble } from './trouble.ts';

/** A step as it was taken. */
export interface ReplayStep {
  readonly step: number;
  readonly kind: StepKind;
  /** Those that were in force. */
  readonly weights: readonly number[];
  readonly batches: readonly Batch[];
  /** The state before it; undefined where an earlier step of the same replay leads there. */
  readonly held: HeldState | undefined;
}

export interface ReplayOptions {
  readonly tf: Tf;
  readonly spec: StepSpec;
}

/**
 * Takes steps once more, operation by operation from the state that was held before the first, until
 * something is not finite, and looks what of it was first: the batch, the parameters, the forward
 * pass, the losses, the gradient of each, the weights, the optimiser's state, the parameters after.
 * Undefined where all is finite this time. The instance's variables are as before when it is over.
 */
export async function findTrouble(
  { tf, spec }: ReplayOptions,
  steps: readonly ReplayStep[],
): Promise<Trouble | undefined> {
  const held = steps[0]?.held;
  invariant(held, 'the first step of a replay has a state to begin from');
  const snapshot = await held.snapshot();
  const putBack = rememberVariables(tf, spec.instance);
  const engine = new EagerEngine(tf, spec);
  try {
    await engine.restore(snapshot);
    for (const step of steps) {
      const trouble = await takeAgain({ tf, spec }, engine, step);
      if (trouble) return trouble;
    }
    return undefined;
  } finally {
    engine.dispose();
    putBack();
  }
}

async function takeAgain(
  options: ReplayOptions,
  engine: EagerEngine,
  taken: ReplayStep,
): Promise<Trouble | undefined> {
  const { step, kind, weights, batches } = taken;
  const { terms, instance } = options.spec;
  const before = await engine.snapshot();
  const outcome = await engine.step({ step, kind, batches, weigh: () => weights });
  const [figures] = await engine.read([outcome]);
  outcome.dispose();
  const losses = figures?.subarray(0, terms.length) ?? new Float32Array();
  const after = findNonFiniteState(await engine.snapshot(), instance);
  if (!after && losses.every(Number.isFinite)) return undefined;
  const earlier = await lookBefore(instance, taken, before);
  if (earlier) return earlier;
  await engine.restore(before);
  return lookInside(options, taken, after);
}

/** What the step was given: its data, the parameters, what else is carried from step to step. */
async function lookBefore(
  instance: TaskInstance,
  { step, batches }: ReplayStep,
  before: EngineSnapshot,
): Promise<Trouble | undefined> {
  const found = (await Promise.all(batches.map(findNonFinite))).flat();
  if (found.length > 0) return { step, kind: 'batch', texts: found.map(({ text }) => text) };
  const parameters = before.vectors.parameters ?? new Float32Array();
  const wrong =
    findNonFiniteParameter(parameters, instance) ?? findNonFiniteState(before, instance);
  return wrong && { step, kind: 'state', ...wrong };
}

/** What the step computed, with the instance's variables as before it. */
async function lookInside(
  { tf, spec }: ReplayOptions,
  { step, batches, weights }: ReplayStep,
  after: StatePart | undefined,
): Promise<Trouble | undefined> {
  let largestGradient = 0;
  for (const batch of batches) {
    const dissected = await dissectBatch(tf, spec, batch, weights);
    if (dissected.trouble) return { step, ...dissected.trouble };
    largestGradient = Math.max(largestGradient, dissected.largestGradient);
  }
  if (!weights.every(Number.isFinite)) return { step, kind: 'weights', weights };
  return after && { step, kind: 'update', ...after, largestGradient };
}

/** Gives what puts the instance's variables back as they are. */
function rememberVariables(tf: Tf, { groups, teacher, buffers }: TaskInstance): () => void {
  const variables: readonly tfc.Variable[] = [
    ...groups.flatMap((group) => group.variables),
    ...(teacher?.pairs.map((pair) => pair.teacher) ?? []),
    ...(buffers?.variables ?? []),
  ];
  const copies = variables.map((variable) => {
    const copy: tfc.Tensor = detach<tfc.Tensor>(tf, variable);
    return [variable, tf.keep(copy)] as const;
  });
  return () => {
    for (const [variable, copy] of copies) {
      variable.assign(copy);
      copy.dispose();
    }
  };
}
