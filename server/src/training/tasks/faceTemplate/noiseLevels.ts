import { z } from 'zod';

import type { Random } from '../../../base/random.ts';
import type { Configurable } from '../../namedOptions.ts';

/** A way to draw the noise levels σ that the denoiser learns at. */
export interface NoiseLevels<Options = unknown> extends Configurable {
  /** Paper and section. */
  readonly source: string;
  readonly options: z.ZodObject & z.ZodType<Options>;
  /** A σ above 0; pictures lie within [0, 1]. */
  draw(options: Options, random: Random): number;
}

const logNormalOptions = z.strictObject({
  mean: z.number().min(-10).max(5).default(-1.4).describe('Mean of ln σ.'),
  deviation: z.number().min(0).max(3).default(1.2).describe('Standard deviation of ln σ.'),
});

const logNormal: NoiseLevels<z.infer<typeof logNormalOptions>> = {
  name: 'log-normal',
  description: 'Mostly noise about as strong as the pictures vary.',
  source:
    'Karras et al. (EDM), NeurIPS 2022, table 1: −1.2 and 1.2, for pictures that vary by 0.5.',
  options: logNormalOptions,
  draw: ({ mean, deviation }, random) => Math.exp(mean + deviation * random.normal()),
};

const rangeOptions = z.strictObject({
  lowest: z.number().positive().max(100).default(0.02).describe('The smallest σ.'),
  highest: z.number().positive().max(100).default(2).describe('The largest σ.'),
});

type Range = z.infer<typeof rangeOptions>;

const logUniform: NoiseLevels<Range> = {
  name: 'log-uniform',
  description: 'Every order of magnitude as often as any other.',
  source: 'The levels at which a sampler with geometric steps asks, as in Song & Ermon 2019, §4.3.',
  options: rangeOptions,
  draw: ({ lowest, highest }, random) => lowest * (highest / lowest) ** random.uniform(),
};

const uniform: NoiseLevels<Range> = {
  name: 'uniform',
  description: 'Every level as often as any other: mostly strong noise.',
  source: 'A plain range; no reference is followed.',
  options: rangeOptions,
  draw: ({ lowest, highest }, random) => lowest + (highest - lowest) * random.uniform(),
};

/** All of them, by name. */
export const noiseLevels: readonly NoiseLevels[] = [logNormal, logUniform, uniform];
