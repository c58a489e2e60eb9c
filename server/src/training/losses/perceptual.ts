import { createRandom } from '../../base/random.ts';
import type { Loss } from '../loss.ts';

/** The features are part of the loss's definition, so their seed never changes. */
const featureSeed = 1;
const featureCount = 32;
/** Scale of the weights at which tanh bends but does not saturate on images within [0, 1]. */
const gain = 2;

/**
 * Mean squared difference of φ(x) = tanh(x F) with fixed random weights F: a stand-in for LPIPS,
 * whose pretrained network would be a download (science.md §4.5 advises it for that reason). Smooth
 * everywhere, so its gradient is finite where prediction and target agree.
 */
export const perceptual: Loss = {
  name: 'perceptual',
  description: 'Mean squared difference of fixed random features.',
  example: { prediction: [[0, 0]], target: [[1, 0.5]], value: 0.58565 },
  create(tf, width) {
    const random = createRandom(featureSeed, 'perceptual features');
    const scale = gain / Math.sqrt(width);
    const weights = Float32Array.from(
      { length: width * featureCount },
      () => scale * random.normal(),
    );
    const projection = tf.keep(tf.tensor2d(weights, [width, featureCount]));
    return {
      compute: (prediction, target) =>
        tf.mean(
          tf.squaredDifference(
            tf.tanh(tf.matMul(prediction, projection)),
            tf.tanh(tf.matMul(target, projection)),
          ),
        ),
      dispose: () => projection.dispose(),
    };
  },
};
