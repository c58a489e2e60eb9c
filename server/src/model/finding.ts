import type { TextChange, TextRange } from '../base/textRange.ts';

export type FindingSeverity = 'error' | 'warning' | 'information';

/** A change that a finding proposes. */
export interface SetWeightFix {
  readonly kind: 'set-weight';
  readonly term: string;
  readonly weight: number;
  /** Why this number: 'would bring its share to 10 %'. */
  readonly because: string;
}

/** What a rule has to say about one term of one run. */
export interface Finding {
  /** Number of the rule in science.md §2.4: `R1`. */
  readonly rule: string;
  /** Name of the rule, as written in settings and ignore comments: `weak-loss`. */
  readonly name: string;
  readonly severity: FindingSeverity;
  readonly term: string;
  /** The other term of the pair, where the rule speaks of two. */
  readonly otherTerm?: string;
  /** One sentence with its numbers. */
  readonly message: string;
  readonly fixes: readonly SetWeightFix[];
}

/** A problem of a file itself, found without any run. */
export interface ConfigProblem {
  readonly code: string;
  readonly severity: FindingSeverity;
  readonly message: string;
  readonly range: TextRange;
  readonly fixes?: readonly ProblemFix[];
  /** Fixes for which the whole file is looked at: they are made when somebody asks. */
  readonly findFixes?: () => readonly ProblemFix[];
}

/** A replacement that would mend a problem. */
export interface ProblemFix {
  readonly title: string;
  readonly range: TextRange;
  readonly newText: string;
  /** Further replacements that belong to it. */
  readonly others?: readonly TextChange[];
}
