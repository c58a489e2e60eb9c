import { z } from 'zod';

import type { Random } from '../base/random.ts';
import { modeTime, mostModeScale } from '../numerics/flow/modeTime.ts';
import { cosMapTime, logitNormalTime } from '../numerics/flow/timeSampling.ts';
import type { Configurable } from './namedOptions.ts';

/** A way to draw the times at which flow matching learns the velocity. */
export interface TimeSampling<Options = unknown> extends Configurable {
  /** Paper and section. */
  readonly source: string;
  readonly options: z.ZodObject & z.ZodType<Options>;
  /** A time within [0, 1]. */
  draw(options: Options, random: Random): number;
}

const noOptions = z.strictObject({});

const cosMap: TimeSampling<z.infer<typeof noOptions>> = {
  name: 'cosmap',
  description: 'The middle of the path twice as often as its ends, which are learnt too.',
  source: 'Esser et al. (Stable Diffusion 3), 2024, §3.1.',
  options: noOptions,
  draw: (_options, random) => cosMapTime(random.uniform()).t,
};

const logitNormalOptions = z.strictObject({
  location: z
    .number()
    .default(0)
    .describe('m of t = σ(m + s z): above 0 favours the end of the path.'),
  spread: z
    .number()
    .positive()
    .default(1)
    .describe('s of t = σ(m + s z): the smaller, the closer to σ(m).'),
});

const logitNormal: TimeSampling<z.infer<typeof logitNormalOptions>> = {
  name: 'logit-normal',
  description: 'Mostly the middle of the path; its very ends are hardly ever learnt.',
  source: 'Esser et al. (Stable Diffusion 3), 2024, §3.1.',
  options: logitNormalOptions,
  draw: ({ location, spread }, random) => logitNormalTime(random.normal(), location, spread).t,
};

const modeOptions = z.strictObject({
  scale: z
    .number()
    .min(-1)
    .max(mostModeScale)
    .default(1.29)
    .describe('Above 0 favours the middle of the path, below 0 its ends; 0 is uniform.'),
});

const mode: TimeSampling<z.infer<typeof modeOptions>> = {
  name: 'mode',
  description: 'The middle of the path more often, or its ends, as far as the scale says.',
  source: 'Esser et al. (Stable Diffusion 3), 2024, §3.1, eq. 20; 1.29 is the best of theirs.',
  options: modeOptions,
  draw: ({ scale }, random) => modeTime(random.uniform(), scale).t,
};

const uniform: TimeSampling<z.infer<typeof noOptions>> = {
  name: 'uniform',
  description: 'Every place of the path as often as any other.',
  source: 'Lipman et al., ICLR 2023.',
  options: noOptions,
  draw: (_options, random) => random.uniform(),
};

/** All of them, by name. */
export const timeSamplings: readonly TimeSampling[] = [cosMap, logitNormal, mode, uniform];
