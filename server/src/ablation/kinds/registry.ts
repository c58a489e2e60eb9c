import type { AblationKind, VariantKind } from '../kind.ts';
import { loss } from './loss.ts';
import { mode } from './mode.ts';
import { only } from './only.ts';
import { scale } from './scale.ts';
import { schedule } from './schedule.ts';
import { search } from './search.ts';
import { set } from './set.ts';
import { shuffle } from './shuffle.ts';
import { strategy } from './strategy.ts';
import { sweep } from './sweep.ts';
import { without } from './without.ts';

/** Every kind that changes weights and makes one variant, by name. */
export const ablationKinds: readonly AblationKind[] = [only, scale, set, without];

/**
 * Every other kind, by name. One is only ever given requests of its own name.
 */
export const variantKinds: readonly VariantKind[] = [
  loss,
  mode,
  schedule,
  search,
  shuffle,
  strategy,
  sweep,
];
