import type { Strategy } from '../strategy.ts';
import { fixed } from './fixed.ts';
import { normalised } from './normalised.ts';

/** All balancing strategies, by name. */
export const strategies: readonly Strategy[] = [fixed, normalised];
