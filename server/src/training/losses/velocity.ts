import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { detach } from '../detach.ts';
import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';

const options = z.strictObject({
  time_weighting: z
    .enum(['constant', 'remaining-squared', 'logit-normal', 'cosmap', 'ends'])
    .default('constant')
    .describe(
      'Weight at time t: 1; (1 − t)², that of the endpoint reached in one step; the density of times drawn that way, which has the same effect as drawing them so; or, with ends, more towards t = 0 and t = 1.',
    ),
  location: z.number().default(0).describe('m of logit-normal, t = σ(m + s z).'),
  spread: z.number().positive().default(1).describe('s of logit-normal.'),
  ends_factor: z
    .number()
    .min(0)
    .default(3)
    .describe('Weight at the very ends, for ends; it comes to 1 along a line.'),
  ends_width: z
    .number()
    .positive()
    .max(0.5)
    .default(0.2)
    .describe('How far from an end that line is at 1, for ends.'),
});

type Options = z.infer<typeof options>;

/** w(t) |v − v*|² per element, mean over all; the target is detached. */
export const velocity: Loss<Options, 'prediction' | 'target' | 'time'> = {
  name: 'velocity',
  description: 'Flow matching: weighted squared error of the predicted velocity.',
  source:
    'Lipman et al., ICLR 2023, eq. 14; Esser et al., 2024, §3.1 for the weights as densities.',
  trap: 'A target v* = z₁ − z₀ that stays on the tape lets the encoder please it by making z₁ = z₀; here it is detached. A t of shape [batch] broadcasts along the last axis; here it is [batch, 1]. The loss has a floor, the spread of v given x_t: it does not go to 0 unless the coupling is deterministic. How times are drawn and how they are weighed are one thing: use one of them. t = 0 is the source and 1 the data; other code runs the other way.',
  inputs: {
    prediction: { meaning: 'The velocity that the model gives.', shape: ['batch', '...'] },
    target: {
      meaning: 'The velocity of the path, dx/dt.',
      shape: ['batch', '...'],
      constant: true,
    },
    time: { meaning: 't in [0, 1].', shape: ['batch', 1], constant: true },
  },
  options,
  example: {
    inputs: {
      prediction: [
        [1, 1],
        [0, 4],
      ],
      target: [
        [1, 3],
        [0, 0],
      ],
      time: [[0.5], [0]],
    },
    options: { time_weighting: 'remaining-squared' },
    value: (0.25 * 2 + 1 * 8) / 2,
  },
  create: (tf, given) => ({
    compute({ prediction, target, time }) {
      const errors = tf.squaredDifference(prediction, detach(tf, target));
      const perSample = tf.mean(tf.reshape(errors, [errors.shape[0] ?? 1, -1]), 1, true);
      return tf.mean(tf.mul(perSample, timeWeights(tf, detach(tf, time), given)));
    },
    dispose: () => undefined,
  }),
};

/** w(t), [batch, 1]. */
function timeWeights(tf: Tf, time: tfc.Tensor, given: Options): tfc.Tensor {
  switch (given.time_weighting) {
    case 'constant':
      return tf.onesLike(time);
    case 'remaining-squared':
      return tf.square(tf.sub(1, time));
    case 'logit-normal':
      return logitNormalDensity(tf, time, given);
    case 'cosmap': {
      const slope = tf.mul(time, tf.sub(1, time));
      return tf.div(2 / Math.PI, tf.sub(1, tf.mul(slope, 2)));
    }
    case 'ends': {
      const distance = tf.minimum(time, tf.sub(1, time));
      const near = tf.relu(tf.sub(1, tf.div(distance, given.ends_width)));
      return tf.add(1, tf.mul(near, given.ends_factor - 1));
    }
  }
}

/** The density of σ(m + s z) at t; 0 at t = 0 and 1. */
function logitNormalDensity(tf: Tf, time: tfc.Tensor, { location, spread }: Options): tfc.Tensor {
  const inside = tf.clipByValue(time, 1e-6, 1 - 1e-6);
  const logit = tf.sub(tf.log(inside), tf.log1p(tf.neg(inside)));
  const normal = tf.div(tf.sub(logit, location), spread);
  const bell = tf.exp(tf.mul(tf.square(normal), -0.5));
  const slope = tf.mul(inside, tf.sub(1, inside));
  return tf.div(bell, tf.mul(slope, spread * Math.sqrt(2 * Math.PI)));
}
