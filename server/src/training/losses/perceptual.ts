import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { createRandom } from '../../base/random.ts';
import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';

/** The features are part of the loss's definition, so their seed never changes. */
const featureSeed = 1;
/** Scale of the weights at which tanh bends but does not saturate on images within [0, 1]. */
const gain = 2;

const options = z.strictObject({
  features: z.number().int().min(1).default(32).describe('How many random features there are.'),
});

/**
 * Mean squared difference of φ(x) = tanh(x F) with fixed random weights F. Smooth everywhere, so its
 * gradient is finite where prediction and target agree.
 */
export const perceptual: Loss<z.infer<typeof options>, 'prediction' | 'target'> = {
  name: 'perceptual',
  description: 'Mean squared difference of fixed random features.',
  source: 'Our stand-in for a pretrained network, which would be a download.',
  trap: 'It is no measure of what people see. Beside an LPIPS term it counts the same thing twice.',
  inputs: {
    prediction: { meaning: 'Pictures within [0, 1], in any layout.', shape: ['batch', '...'] },
    target: { meaning: 'What they should look like.', shape: ['batch', '...'] },
  },
  options,
  example: { inputs: { prediction: [[0, 0]], target: [[1, 0.5]] }, value: 0.58565 },
  create(tf, { features }, dimensions) {
    const width = extentOf(dimensions, '...');
    const random = createRandom(featureSeed, 'perceptual features');
    const scale = gain / Math.sqrt(width);
    const weights = Float32Array.from({ length: width * features }, () => scale * random.normal());
    const projection = tf.keep(tf.tensor2d(weights, [width, features]));
    const toFeatures = (x: tfc.Tensor) =>
      tf.tanh(tf.matMul(tf.reshape(x, [-1, width]), projection));
    return {
      compute: ({ prediction, target }) =>
        tf.mean(tf.squaredDifference(toFeatures(prediction), toFeatures(target))),
      dispose: () => projection.dispose(),
    };
  },
};
