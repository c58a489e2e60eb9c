import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';

const options = z.strictObject({
  sizes: z
    .array(z.number().int().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Widths of the modalities along the features, in their order; null for one modality.',
    ),
  weights: z
    .array(z.number().min(0))
    .nullable()
    .default(null)
    .describe('A weight for each modality, in relation to each other; null for equal ones.'),
  per: z
    .enum(['modality', 'element'])
    .default('modality')
    .describe(
      'What a weight is for: the mean error of its modality, or each element of it (wide modalities then count more).',
    ),
});

type Options = z.infer<typeof options>;

/**
 * Σ_m w_m MSE_m / Σ w_m over modalities, or the mean of w_m e² over elements (seed 003's
 * `WeightedMSELoss`, put right).
 */
export const modalitySquaredError: Loss<Options, 'prediction' | 'target'> = {
  name: 'modality-squared-error',
  description: 'Mean squared error with a weight for each modality of concatenated features.',
  source: 'Our own form of a weighted mean.',
  trap: 'To split along axis 0 is to split the batch, where the modalities lie along the features. A plain sum over modalities grows with their number; a mean of each makes an element of a modality of 100 count 7.7 times one of 768; `weights or ones` takes an empty list for ones. Here the features are split, weights are relative, and `per` says what they are for.',
  inputs: {
    prediction: { meaning: 'Features of all modalities side by side.', shape: ['batch', 'width'] },
    target: { meaning: 'What they should be.', shape: ['batch', 'width'] },
  },
  options,
  example: {
    inputs: { prediction: [[1, 2, 2]], target: [[0, 0, 0]] },
    options: { sizes: [1, 2], weights: [3, 1] },
    value: (3 * 1 + 1 * 4) / 4,
  },
  problem({ sizes, weights }, dimensions) {
    const width = extentOf(dimensions, 'width');
    const total = sizes?.reduce((sum, size) => sum + size, 0) ?? width;
    if (total !== width) return `sizes add up to ${total}, but the features are ${width} wide`;
    const count = sizes?.length ?? 1;
    if (weights === null) return undefined;
    if (weights.length !== count) return `there are ${weights.length} weights for ${count} sizes`;
    return weights.some((weight) => weight > 0) ? undefined : 'no weight is above 0';
  },
  create(tf, given, dimensions) {
    const columns = tf.keep(tf.tensor1d(columnWeights(given, extentOf(dimensions, 'width'))));
    return {
      compute({ prediction, target }) {
        const columnErrors = tf.mean(tf.squaredDifference(prediction, target), 0);
        return tf.sum(tf.mul(columnErrors, columns));
      },
      dispose: () => columns.dispose(),
    };
  },
};

/** By what the mean error of each column counts; they add up to 1. */
function columnWeights({ sizes, weights, per }: Options, width: number): number[] {
  const columns = (sizes ?? [width]).flatMap((size, modality) => {
    const weight = weights?.[modality] ?? 1;
    return Array.from({ length: size }, () => (per === 'element' ? weight : weight / size));
  });
  const total = columns.reduce((sum, weight) => sum + weight, 0);
  return columns.map((weight) => weight / total);
}
