import { component } from './dense.ts';

/**
 * Constant stages (seed 002, plan E: 0.1, 0.5, 1.0 with bounds 0.33 and 0.67 of T); a stage begins at its
 * bound, where the seed's stages overlap. Trap: in a diffusion or flow model `t` may be meant as the time
 * of the process, in which "early" is the other way round.
 *
 * @param bounds rising shares of `end`, one less than values
 */
export function stagedSchedule(
  step: number,
  end: number,
  bounds: readonly number[],
  values: readonly number[],
): number {
  const stage = bounds.filter((bound) => step >= bound * end).length;
  return component(values, Math.min(stage, values.length - 1));
}
