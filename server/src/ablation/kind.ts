import type { Result } from '../base/result.ts';
import type { WeightChange } from '../model/ablation.ts';
import type {
  AblationKindName,
  VariantRequest,
  WeightAblationRequest,
} from '../model/ablationRequest.ts';
import type { TaskChoices } from '../model/taskChoices.ts';
import type { ValueChange } from '../syntax/setValues.ts';

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

/** What a kind may vary. */
export interface KindSubject {
  readonly terms: readonly WeightedTerm[];
  /** Undefined for a config that no task trains: then only its weights are known. */
  readonly choices: TaskChoices | undefined;
}

/** One arm of an experiment as its kind describes it: the weights and the keys that differ. */
export interface KindVariant {
  readonly label: string;
  readonly weights: readonly WeightChange[];
  readonly values: readonly ValueChange[];
}

/** One way to make several variants of a config, or variants that are more than weights. Pure. */
export interface VariantKind<Request extends VariantRequest = VariantRequest> {
  readonly name: Request['kind'];
  /** For the manual: one sentence. */
  readonly description: string;
  readonly examples: readonly {
    readonly subject: KindSubject;
    readonly request: Request;
    readonly title: string;
    readonly variants: readonly KindVariant[];
  }[];
  /** Requests that make no sense, each with words that the answer must contain. */
  readonly refusals: readonly {
    readonly subject: KindSubject;
    readonly request: Request;
    readonly words: string;
  }[];
  /** Name of the experiment: `kl × render`. */
  title(request: Request): string;
  /**
   * All variants, those that are like the config too (the plan leaves them out, and says so), or in
   * words why there are none.
   */
  variants(subject: KindSubject, request: Request): Result<readonly KindVariant[]>;
}
