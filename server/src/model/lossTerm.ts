import { z } from 'zod';

import type { TextRange } from '../base/textRange.ts';

/** What the place in the config is: where the weight is set, where it is used, or a literal in code. */
export type LossTermKind = 'definition' | 'use' | 'hard-coded';

/** A loss weight found in a config. */
export interface LossTerm {
  /** Short name of the loss: `velocity` for `velocity_loss_weight`. Unique within the config. */
  readonly name: string;
  /** Keys from the root to the weight. */
  readonly path: readonly string[];
  /** The weight, or undefined where the value is not a number. */
  readonly weight: number | undefined;
  /** The value as written. */
  readonly text: string;
  readonly keyRange: TextRange;
  readonly valueRange: TextRange;
  readonly kind: LossTermKind;
  /** From 0 to 1; discovery drops what is below 0.5. */
  readonly confidence: number;
  /** Name of the recognizer that found it. */
  readonly recognizer: string;
}

/**
 * Whether a logged loss is the raw value or has been multiplied by its weight already
 * (decisions.md 1). With `unknown` no share is shown.
 */
export const lossScaleSchema = z.enum(['raw', 'weighted', 'unknown']);
export type LossScale = z.infer<typeof lossScaleSchema>;
