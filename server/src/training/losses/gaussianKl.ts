import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Loss } from '../loss.ts';
import type { Tf } from '../task.ts';

const options = z.strictObject({
  prior_deviation: z
    .number()
    .positive()
    .default(1)
    .describe(
      's of the prior N(0, s²); the scale of the latents where they are scaled (0.18215 …).',
    ),
  reduction: z
    .enum(['sum', 'mean'])
    .default('sum')
    .describe(
      'Over the dimensions of a sample: their sum is the divergence; their mean is that divided by their number d, so that β = 1 acts as 1/d.',
    ),
  free_nats: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Free bits: a dimension whose mean divergence over the batch is below this many nats counts as this many and gets no gradient, so that it is not pressed into the prior.',
    ),
});

/** Beyond this log-variance the exponential goes on as its tangent (the upper bound of latent diffusion). */
const steepest = 20;

/** KL(N(μ, σ²) ‖ N(0, s²)) = ½ Σ (μ²/s² + σ²/s² − 1 − log σ²/s²), mean over the batch, in nats. */
export const gaussianKl: Loss<z.infer<typeof options>, 'mean' | 'logVariance'> = {
  name: 'gaussian-kl',
  description: 'Divergence of a diagonal Gaussian from the prior N(0, s²): the KL term of a VAE.',
  source:
    'Kingma & Welling, ICLR 2014, appendix B; latent diffusion, DiagonalGaussianDistribution, for the bounds; Kingma et al., NeurIPS 2016, eq. 15, for free bits.',
  trap: 'A mean over dimensions silently divides β by their number. Latents scaled by s need the prior N(0, s²), or their divergence is another. Code that clamps log σ² to [−30, 20] has no gradient outside, so that what has left never comes back: here the value is exact below 20 and goes on along its tangent above. Posterior collapse is μ → 0, σ → 1 and KL → 0; lowering β is its cure, not that of σ → 0.',
  inputs: {
    mean: { meaning: 'μ.', shape: ['batch', '...'] },
    logVariance: { meaning: 'log σ², not σ and not log σ.', shape: ['batch', '...'] },
  },
  options,
  example: {
    inputs: {
      mean: [
        [0.5, -1],
        [0, 2],
      ],
      logVariance: [
        [0, -1],
        [0.5, -3],
      ],
    },
    value: 1.954097,
  },
  create: (tf, { prior_deviation: deviation, reduction, free_nats }) => ({
    compute({ mean, logVariance }) {
      const relative = tf.sub(logVariance, 2 * Math.log(deviation));
      const location = tf.square(tf.div(mean, deviation));
      const terms = tf.add(location, tf.sub(boundedExpm1(tf, relative), relative));
      const spent = free_nats === 0 ? terms : tf.maximum(tf.mean(terms, 0), 2 * free_nats);
      const average = tf.mul<tfc.Scalar>(0.5, tf.mean(spent));
      return reduction === 'mean' ? average : tf.mul(average, mean.size / (mean.shape[0] ?? 1));
    },
    dispose: () => undefined,
  }),
};

/** e^x − 1, above 20 along its tangent there. */
function boundedExpm1(tf: Tf, x: tfc.Tensor): tfc.Tensor {
  const above = tf.relu(tf.sub(x, steepest));
  return tf.add(tf.expm1(tf.minimum(x, steepest)), tf.mul(above, Math.exp(steepest)));
}
