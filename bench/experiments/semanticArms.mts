import type { Config } from './trainArm.mts';

/** The task of seed 004 with what an experiment sets; looks at held-out data once, at the end. */
export function semanticConfig(
  seed: number,
  steps: number,
  more: Readonly<Record<string, unknown>>,
): Config {
  return { task: 'semantic-vae-flow', seed, steps, evaluate_every: 1_000_000, ...more };
}
