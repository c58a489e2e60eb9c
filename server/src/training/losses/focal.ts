import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';
import { classTargets, surprise } from './classTargets.ts';
import { focus } from './focus.ts';
import { ignoredLabelOption, perClassOption, perClassProblem, perClassTensor } from './perClass.ts';

const options = z.strictObject({
  gamma: z
    .number()
    .min(0)
    .default(2)
    .describe('How strongly samples that fit already are weighed down; 0 is cross entropy.'),
  alpha: perClassOption.describe(
    'A factor for each class, or one for all (which balances nothing).',
  ),
  ignore_label: ignoredLabelOption,
});

/** α_y (1 − p_y)^γ (−log p_y) of a softmax, mean over the samples. */
export const focal: Loss<z.infer<typeof options>, 'logits' | 'labels'> = {
  name: 'focal',
  description: 'Cross entropy over exclusive classes that weighs well-fitted samples down.',
  source: 'Lin et al., ICCV 2017, eq. 5, with a softmax.',
  trap: 'Code that takes p = exp(−CE) is wrong as soon as the cross entropy has class weights or smoothing; here p is that of the softmax. α as one number balances no classes. Probabilities in place of logits are silently wrong. For labels that do not exclude each other use sigmoid-focal.',
  inputs: {
    logits: { meaning: 'Scores before the softmax.', shape: ['batch', 'classes'] },
    labels: { meaning: 'Classes, from 0.', shape: ['batch'], constant: true },
  },
  options,
  example: {
    inputs: { logits: [[0, 0]], labels: [1] },
    value: 0.25 * Math.log(2),
  },
  problem: ({ alpha }, dimensions) =>
    perClassProblem('alpha', alpha, extentOf(dimensions, 'classes')),
  create(tf, { gamma, alpha, ignore_label }, dimensions) {
    const classes = extentOf(dimensions, 'classes');
    const factors = perClassTensor(tf, alpha, classes);
    return {
      compute({ logits, labels }) {
        const rows = classTargets(tf, labels, classes, ignore_label);
        const surprises = surprise(tf, rows, logits);
        // 1 − p without cancellation where p is near 1.
        const rest = tf.neg(tf.expm1(tf.neg(surprises)));
        const own = tf.sum(tf.mul(rows, factors), 1);
        const sum = tf.sum(tf.mul(own, tf.mul(focus(tf, rest, gamma), surprises)));
        return tf.div<tfc.Scalar>(sum, tf.maximum(tf.sum(rows), 1));
      },
      dispose: () => factors.dispose(),
    };
  },
};
