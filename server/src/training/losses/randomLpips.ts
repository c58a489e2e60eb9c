import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { createRandom } from '../../base/random.ts';
import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';
import type { Tf } from '../task.ts';

/** The features are part of the loss's definition, so their seed never changes. */
const featureSeed = 1;
/** Channels after each stage, which halves height and width. */
const stages = [8, 16, 32] as const;
const kernelSize = 3;

const options = z.strictObject({
  range: z
    .enum(['unit', 'signed'])
    .default('unit')
    .describe('Whether pictures lie within [0, 1] or [−1, 1].'),
  epsilon: z
    .number()
    .positive()
    .default(1e-6)
    .describe(
      'Added to the squared length of the channels. The gradient at features of 0 is up to 1/√ε times as large as at features of length 1.',
    ),
});

/**
 * Σ over stages of the mean over places of |a − b|², where a and b are the channels of a fixed random
 * convolution net, brought to length 1 by x/√(|x|² + ε); the mean over the batch.
 */
export const randomLpips: Loss<z.infer<typeof options>, 'prediction' | 'target'> = {
  name: 'random-lpips',
  description: 'LPIPS with a fixed random convolution net in place of the pretrained one.',
  source:
    'Zhang et al., CVPR 2018, eq. 1, with all channel weights 1; PerceptualSimilarity lpips.py.',
  trap: 'LPIPS takes the root of |x|² and adds ε after it, so that features of 0, as an empty patch has, give a gradient of NaN; here ε is under the root. Pictures in the wrong range shift all of it without an error: say it in `range`. The features are random: trends mean something, values do not compare with LPIPS.',
  inputs: {
    prediction: { meaning: 'Pictures.', shape: ['batch', 'height', 'width', 'channels'] },
    target: {
      meaning: 'What they should look like.',
      shape: ['batch', 'height', 'width', 'channels'],
    },
  },
  options,
  example: {
    inputs: {
      prediction: [
        [
          [[0], [0]],
          [[0], [0]],
        ],
      ],
      target: [
        [
          [[1], [0]],
          [[0], [1]],
        ],
      ],
    },
    value: 5.09631,
  },
  create(tf, { range, epsilon }, dimensions) {
    const filters = drawFilters(tf, extentOf(dimensions, 'channels'));
    return {
      compute({ prediction, target }) {
        const first = toFeatures(tf, filters, inRange(tf, prediction, range));
        const second = toFeatures(tf, filters, inRange(tf, target, range));
        const distances = first.flatMap((stage, index) => {
          const other = second[index];
          if (!other) return [];
          const [a, b] = [unitChannels(tf, stage, epsilon), unitChannels(tf, other, epsilon)];
          return [tf.mean<tfc.Scalar>(tf.sum(tf.squaredDifference(a, b), -1))];
        });
        return tf.addN(distances);
      },
      dispose: () => tf.dispose([...filters]),
    };
  },
};

/** Filters of the stages, of the spread that keeps the size of rectified features (He et al., 2015). */
function drawFilters(tf: Tf, channels: number): readonly tfc.Tensor4D[] {
  const random = createRandom(featureSeed, 'random lpips features');
  return stages.map((outputs, stage) => {
    const inputs = stages[stage - 1] ?? channels;
    const spread = Math.sqrt(2 / (kernelSize * kernelSize * inputs));
    const count = kernelSize * kernelSize * inputs * outputs;
    const values = Float32Array.from({ length: count }, () => spread * random.normal());
    return tf.keep(tf.tensor4d(values, [kernelSize, kernelSize, inputs, outputs]));
  });
}

/** The pictures within [−1, 1]. */
function inRange(tf: Tf, image: tfc.Tensor, range: 'unit' | 'signed'): tfc.Tensor4D {
  const [scale, shift] = range === 'unit' ? [2, -1] : [1, 0];
  return tf.add<tfc.Tensor4D>(tf.mul(image, scale), shift);
}

/** The features after each stage. */
function toFeatures(
  tf: Tf,
  [filter, ...others]: readonly tfc.Tensor4D[],
  image: tfc.Tensor4D,
): readonly tfc.Tensor4D[] {
  if (!filter) return [];
  const features = tf.relu(tf.conv2d(image, filter, 2, 'same'));
  return [features, ...toFeatures(tf, others, features)];
}

function unitChannels(tf: Tf, x: tfc.Tensor, epsilon: number): tfc.Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), epsilon)));
}
