import type { AblationKind } from '../kind.ts';
import { only } from './only.ts';
import { scale } from './scale.ts';
import { set } from './set.ts';
import { without } from './without.ts';

/** Every kind of ablation, by name. */
export const ablationKinds: readonly AblationKind[] = [only, scale, set, without];
