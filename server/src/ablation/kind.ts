import type { Result } from '../base/result.ts';
import type { AblationKindName, WeightAblationRequest, WeightChange } from '../model/ablation.ts';

/** A term with its weight in the baseline. */
export interface WeightedTerm {
  readonly name: string;
  /** NaN where the config does not write it as a number. */
  readonly weight: number;
}

/** One way to vary a config. Pure. */
export interface AblationKind {
  readonly name: AblationKindName;
  /** For the manual: one sentence. */
  readonly description: string;
  readonly examples: readonly {
    readonly terms: readonly WeightedTerm[];
    readonly request: WeightAblationRequest;
    readonly label: string;
    readonly changes: readonly WeightChange[];
  }[];
  /** Requests that make no sense, each with words that the answer must contain. */
  readonly refusals: readonly {
    readonly terms: readonly WeightedTerm[];
    readonly request: WeightAblationRequest;
    readonly words: string;
  }[];
  /** Name of the variant: `without render`. */
  label(request: WeightAblationRequest): string;
  /** The weights that differ, or in words why this cannot be done. */
  changes(
    terms: readonly WeightedTerm[],
    request: WeightAblationRequest,
  ): Result<readonly WeightChange[]>;
}
