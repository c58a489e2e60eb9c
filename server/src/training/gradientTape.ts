import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../base/disposable.ts';
import type { Tf } from './task.ts';

type Tape = ReturnType<Tf['engine']>['state']['activeTape'];

/**
 * One forward pass whose tape is kept, so that any scalar made of its losses can be differentiated
 * with a backward pass of its own and no further forward pass. Not to be used inside `tf.tidy`
 * across an await; dispose it when the step is done.
 */
export interface RecordedForward extends Disposable {
  /** The losses, in the order in which the forward pass gave them. */
  readonly losses: readonly tfc.Scalar[];
  /**
   * Gradients of `combine(losses)` for each of the variables, undefined where there is no path to
   * it; the tensors belong to the caller. The pass goes down no further than they lie.
   */
  gradients(
    combine: (losses: readonly tfc.Scalar[]) => tfc.Scalar,
    variables: readonly tfc.Variable[],
  ): (tfc.Tensor | undefined)[];
  /** Those of the variables to which some of the losses have a path, computing nothing. */
  reached(
    losses: readonly tfc.Scalar[],
    variables: readonly tfc.Variable[],
  ): readonly tfc.Variable[];
}

/**
 * Runs `forward` once and keeps its tape. TensorFlow.js forgets a tape after one backward pass, so
 * the nodes are taken out of the engine's hands: it sees copies that own no saved tensors, and the
 * saved tensors, which the nodes' gradient functions hold on to, are disposed here at the end.
 */
export function recordForward(
  tf: Tf,
  variables: readonly tfc.Variable[],
  forward: () => readonly tfc.Scalar[],
): RecordedForward {
  const engine = tf.engine();
  const taken: { losses: readonly tfc.Scalar[]; tape: Tape } = { losses: [], tape: [] };
  const { value } = engine.gradients(
    () => {
      // Copies, because a task may give what is its own, such as a constant or a tensor of the batch.
      taken.losses = forward().map((loss) => tf.keep(loss.clone()));
      taken.tape = engine.state.activeTape;
      engine.state.activeTape = [];
      return tf.scalar(0);
    },
    [...variables],
    undefined,
    true,
  );
  value.dispose();
  const borrowed = taken.tape.map((node) => ({ ...node, saved: [] }));
  return {
    losses: taken.losses,
    gradients(combine, targets) {
      const { value: scalar, grads } = engine.gradients(
        () => {
          // A copy, because combining the losses appends nodes that belong to this pass alone.
          engine.state.activeTape = [...borrowed];
          return combine(taken.losses);
        },
        [...targets],
        undefined,
        true,
      );
      if (!taken.losses.includes(scalar)) scalar.dispose();
      return grads.map((gradient: tfc.Tensor | undefined) => gradient);
    },
    reached(losses, targets) {
      const ids = new Set(losses.map(({ id }) => id));
      for (const { inputs, outputs } of taken.tape.toReversed()) {
        if (!outputs.some(({ id }) => ids.has(id))) continue;
        for (const { id } of Object.values(inputs)) ids.add(id);
      }
      return targets.filter(({ id }) => ids.has(id));
    },
    dispose() {
      for (const node of taken.tape) for (const saved of node.saved ?? []) saved.dispose();
      for (const loss of taken.losses) loss.dispose();
      taken.tape = [];
    },
  };
}
