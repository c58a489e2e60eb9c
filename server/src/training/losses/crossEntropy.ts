import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';
import { classTargets, surprise } from './classTargets.ts';
import { ignoredLabelOption, perClassOption, perClassProblem, perClassTensor } from './perClass.ts';

const options = z.strictObject({
  class_weights: perClassOption.describe(
    'A weight for each class, or one for all; the mean is over the weights of the labels.',
  ),
  label_smoothing: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of the target that is spread over all classes.'),
  ignore_label: ignoredLabelOption,
});

/**
 * −log p_y of a softmax. With weights w and smoothing ε a sample counts −(1−ε) w_y log p_y − ε/C Σ_c w_c
 * log p_c, and the sum is divided by that of the w_y (torch's `cross_entropy`).
 */
export const crossEntropy: Loss<z.infer<typeof options>, 'logits' | 'labels'> = {
  name: 'cross-entropy',
  description:
    'Softmax cross entropy over classes. A model that knows nothing has log C with C classes.',
  source: 'torch.nn.CrossEntropyLoss; Szegedy et al., CVPR 2016, §7 for the smoothing.',
  trap: 'Log-probabilities in place of logits change nothing (so it is the negative log likelihood too); probabilities are silently wrong. With nothing but ignored labels torch gives NaN, here 0; a label that is no class gives NaN.',
  inputs: {
    logits: { meaning: 'Scores before the softmax.', shape: ['batch', 'classes'] },
    labels: { meaning: 'Classes, from 0.', shape: ['batch'], constant: true },
  },
  options,
  example: {
    inputs: {
      logits: [
        [0, 0],
        [0, Math.log(3)],
      ],
      labels: [0, 1],
    },
    value: (Math.log(2) + Math.log(4 / 3)) / 2,
  },
  problem: ({ class_weights }, dimensions) =>
    perClassProblem('class_weights', class_weights, extentOf(dimensions, 'classes')),
  create(tf, given, dimensions) {
    const classes = extentOf(dimensions, 'classes');
    const weights = perClassTensor(tf, given.class_weights, classes);
    const smoothing = given.label_smoothing;
    return {
      compute({ logits, labels }) {
        const rows = classTargets(tf, labels, classes, given.ignore_label);
        const weighted = tf.mul(rows, weights);
        const counted = tf.sum(rows, 1, true);
        const spread = tf.mul(tf.mul(counted, weights), smoothing / classes);
        const targets = smoothing === 0 ? weighted : addSmoothing(weighted, spread);
        // Of labels alone, so no gradient passes through it.
        const total = tf.maximum(tf.sum(weighted), 1e-12);
        return tf.div<tfc.Scalar>(tf.sum(surprise(tf, targets, logits)), total);
      },
      dispose: () => weights.dispose(),
    };

    function addSmoothing(weighted: tfc.Tensor, spread: tfc.Tensor): tfc.Tensor {
      return tf.add(tf.mul(weighted, 1 - smoothing), spread);
    }
  },
};
