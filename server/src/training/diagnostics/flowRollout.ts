import type * as tfc from '@tensorflow/tfjs-core';

import type { RolloutScheme } from '../../numerics/flow/rollout.ts';
import type { Tf } from '../task.ts';

/** A rule for one step of an ordinary differential equation; Euler has order 1, the others 2. */
export type FlowScheme = Exclude<RolloutScheme, 'seed-midtime'>;

/** dx/ds at states [pairs, size] that have gone the share s of their way, [pairs, 1]. */
export type PathIncrement = (state: tfc.Tensor2D, gone: tfc.Tensor2D) => tfc.Tensor2D;

/** Where states come to that follow the increments from s = 0 to 1 in equal steps. */
export function integrate(
  tf: Tf,
  increment: PathIncrement,
  start: tfc.Tensor2D,
  scheme: FlowScheme,
  steps: number,
): tfc.Tensor2D {
  const width = 1 / steps;
  const slope = slopes[scheme];
  const at = (share: number) => tf.fill([start.shape[0], 1], share) as tfc.Tensor2D;
  const move = (state: tfc.Tensor2D, along: tfc.Tensor2D, length: number) =>
    tf.add<tfc.Tensor2D>(state, tf.mul(along, length));
  let state = start;
  for (let step = 0; step < steps; step += 1) {
    const before = state;
    state = tf.tidy(() => {
      const from = { state: before, share: step * width, width };
      return move(before, slope(tf, { increment, at, move }, from), width);
    });
    if (before !== start) before.dispose();
  }
  return state;
}

interface Moves {
  readonly increment: PathIncrement;
  at(share: number): tfc.Tensor2D;
  move(state: tfc.Tensor2D, along: tfc.Tensor2D, length: number): tfc.Tensor2D;
}

interface Place {
  readonly state: tfc.Tensor2D;
  readonly share: number;
  readonly width: number;
}

/** The mean increment over a step. */
const slopes: Readonly<Record<FlowScheme, (tf: Tf, moves: Moves, place: Place) => tfc.Tensor2D>> = {
  euler: (_tf, { increment, at }, { state, share }) => increment(state, at(share)),
  midpoint(_tf, { increment, at, move }, { state, share, width }) {
    const middle = move(state, increment(state, at(share)), width / 2);
    return increment(middle, at(share + width / 2));
  },
  heun(tf, { increment, at, move }, { state, share, width }) {
    const first = increment(state, at(share));
    const second = increment(move(state, first, width), at(share + width));
    return tf.mul(tf.add<tfc.Tensor2D>(first, second), 0.5);
  },
};
