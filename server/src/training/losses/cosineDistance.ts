import { z } from 'zod';

import type { Loss } from '../loss.ts';
import { cosines } from './unitVectors.ts';

/** 1 − cos(prediction, target) along the features, mean over all vectors. */
export const cosineDistance: Loss<Record<string, never>, 'prediction' | 'target'> = {
  name: 'cosine-distance',
  description: 'One less the cosine of prediction and target, mean over the vectors: 0 to 2.',
  source: 'torch.nn.CosineEmbeddingLoss for pairs that belong together.',
  trap: 'A vector of length 0 has no direction: plain code gives NaN or a gradient of any size there. Here its distance is 1 and its gradient 0. The length of the vectors is free and may drift.',
  inputs: {
    prediction: { meaning: 'Vectors along the last axis.', shape: ['batch', '...', 'features'] },
    target: { meaning: 'Their wanted directions.', shape: ['batch', '...', 'features'] },
  },
  options: z.strictObject({}),
  example: { inputs: { prediction: [[3, 4]], target: [[0, 2]] }, value: 0.2 },
  create: (tf) => ({
    compute: ({ prediction, target }) => tf.mean(tf.sub(1, cosines(tf, prediction, target))),
    dispose: () => undefined,
  }),
};
