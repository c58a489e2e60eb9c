import type { Probe } from '../probe.ts';
import { gradientStatistics } from './gradientStatistics.ts';
import { updateRatio } from './updateRatio.ts';

/** All probes, by name. */
export const probes: readonly Probe[] = [gradientStatistics, updateRatio];
