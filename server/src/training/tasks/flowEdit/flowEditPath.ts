import type * as tfc from '@tensorflow/tfjs-core';

import { byName } from '../../byName.ts';
import type { FlowConvention } from '../../diagnostics/flowDiagnostics.ts';
import type { NamedChoice, Tf } from '../../task.ts';

/** The clock along the straight path from source to target. */
export interface PathConvention extends NamedChoice {
  /** Its name among the diagnostics. */
  readonly flow: FlowConvention;
}

const dataToNoise = {
  name: 'data-to-noise',
  description:
    'The clock σ runs from 1 at the source to 0 at the target; the velocity dz/dσ is z₀ − z₁.',
  source: 'Esser et al. (Stable Diffusion 3), 2024; Flux.',
  trap: 'A sampler of the other convention walks away from the target.',
  flow: 'sigma',
} as const satisfies PathConvention;

const noiseToData = {
  name: 'noise-to-data',
  description:
    'The clock t runs from 0 at the source to 1 at the target; the velocity dz/dt is z₁ − z₀.',
  source: 'Lipman et al., ICLR 2023; Liu et al. (Rectified Flow), ICLR 2023; seeds 000 and 001.',
  trap: 'A sampler of the other convention walks away from the target.',
  flow: 'forward',
} as const satisfies PathConvention;

/** All of them, by name. */
export const pathConventions = [dataToNoise, noiseToData] as const;

/** The convention that a config names. */
export function conventionOf(name: string): PathConvention {
  return byName<PathConvention>(pathConventions, name);
}

/** What the clock shows at so much of the path, within [0, 1], or how much of it at a clock. */
export function turnClock<T extends tfc.Tensor>(
  tf: Tf,
  { flow }: Pick<PathConvention, 'flow'>,
  time: T,
): T {
  return flow === 'forward' ? time : tf.sub<T>(1, time);
}

/** A velocity by the clock as one by the part of the path, or the other way round. */
export function turnVelocity<T extends tfc.Tensor>(
  tf: Tf,
  { flow }: Pick<PathConvention, 'flow'>,
  velocity: T,
): T {
  return flow === 'forward' ? velocity : tf.neg(velocity);
}
