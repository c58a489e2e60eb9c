import type { Loss } from '../loss.ts';
import { meanSquaredError } from './meanSquaredError.ts';
import { perceptual } from './perceptual.ts';

/** All losses that tasks are built from, by name. */
export const losses: readonly Loss[] = [meanSquaredError, perceptual];
