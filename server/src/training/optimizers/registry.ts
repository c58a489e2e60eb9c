import type { Optimizer } from '../optimizer.ts';
import { adam } from './adam.ts';
import { adamW } from './adamW.ts';
import { gradientDescent } from './gradientDescent.ts';

/** All optimisers, by name. */
export const optimizers: readonly Optimizer[] = [adam, adamW, gradientDescent];
