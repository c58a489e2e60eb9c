import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';

/** A config with what the rule must say of it. */
export interface ConfigRuleExample {
  readonly language: string;
  readonly text: string;
  /** Texts of the places that are spoken of, in order; empty for a sound config. */
  readonly fires: readonly string[];
}

/** A rule whose only evidence is the config: data plus a pure function. */
export interface ConfigRule {
  /** Code of its problems. */
  readonly name: string;
  /** For the manual: what it means, one sentence. */
  readonly description: string;
  readonly examples: readonly ConfigRuleExample[];
  check(document: ConfigDocument, terms: readonly LossTerm[]): readonly ConfigProblem[];
}
