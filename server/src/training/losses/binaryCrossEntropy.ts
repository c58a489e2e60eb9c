import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { extentOf } from '../lossShapes.ts';
import { binarySurprise } from './binarySurprise.ts';
import { perClassOption, perClassProblem, perClassTensor } from './perClass.ts';

const options = z.strictObject({
  pos_weight: perClassOption.describe(
    'Factor of the positives, for each class or one for all; negatives over positives balances them.',
  ),
  class_weights: perClassOption.describe('Factor of each class, or one for all.'),
});

/** −[p y log σ(z) + (1−y) log(1−σ(z))] per element, times the weight of its class; the mean over all. */
export const binaryCrossEntropy: Loss<z.infer<typeof options>, 'logits' | 'targets'> = {
  name: 'binary-cross-entropy',
  description: 'Sigmoid cross entropy, for labels that do not exclude each other.',
  source: 'torch.nn.BCEWithLogitsLoss.',
  trap: 'The sigmoid first and the logarithm then gives infinity from a logit of about 17 on in single precision; here both are one softplus. Class weights that are multiplied onto a loss which is a mean already only scale it; here they are inside the mean.',
  inputs: {
    logits: { meaning: 'Scores before the sigmoid.', shape: ['batch', 'classes'] },
    targets: { meaning: 'Between 0 and 1.', shape: ['batch', 'classes'], constant: true },
  },
  options,
  example: {
    inputs: { logits: [[0, Math.log(3)]], targets: [[1, 0]] },
    value: (Math.log(2) + Math.log(4)) / 2,
  },
  problem({ pos_weight, class_weights }, dimensions) {
    const classes = extentOf(dimensions, 'classes');
    return (
      perClassProblem('pos_weight', pos_weight, classes) ??
      perClassProblem('class_weights', class_weights, classes)
    );
  },
  create(tf, { pos_weight, class_weights }, dimensions) {
    const classes = extentOf(dimensions, 'classes');
    const positives = perClassTensor(tf, pos_weight, classes);
    const weights = perClassTensor(tf, class_weights, classes);
    return {
      compute({ logits, targets }) {
        const wanted = tf.cast(targets, 'float32');
        return tf.mean(tf.mul(weights, binarySurprise(tf, logits, wanted, positives)));
      },
      dispose() {
        positives.dispose();
        weights.dispose();
      },
    };
  },
};
