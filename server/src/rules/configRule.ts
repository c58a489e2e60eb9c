import type { ConfigProblem } from '../model/finding.ts';
import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument } from '../syntax/configTree.ts';

/** A config with what the rule must say of it. */
export interface ConfigRuleExample {
  readonly language: string;
  readonly text: string;
  /** The Python code beside it; nothing is known of any where this is left out. */
  readonly code?: string;
  /** Texts of the places that are spoken of, in order; empty for a sound config. */
  readonly fires: readonly string[];
}

/** The programs around a config, without the config itself where it is one. */
export interface CodeAround {
  /** How many programs were read. */
  readonly programs: number;
  /** Whether one of them names something, or puts names of this form together. */
  mentions(name: string): boolean;
  /** Whether one of them defines a class or function of this name. */
  defines(name: string): boolean;
}

/** What is known of the place where a config is used. */
export interface ConfigSurroundings {
  readonly code: CodeAround;
  /** How many runs of the config were looked at for what they have logged. */
  readonly runs: number;
  /** Whether one of them has logged anything that is called after a term or its key. */
  isLogged(term: LossTerm): boolean;
}

/**
 * A rule about a config: data plus a pure function. A comment can keep it quiet on a line, and
 * `counterweight.yaml` everywhere.
 */
export interface ConfigRule {
  /** Code of its problems. */
  readonly name: string;
  /** For the manual: what it means, one sentence. */
  readonly description: string;
  readonly examples: readonly ConfigRuleExample[];
  /** True where the config alone is no evidence, so that the rule is silent without surroundings. */
  readonly looksAround?: true;
  check(
    document: ConfigDocument,
    terms: readonly LossTerm[],
    around?: ConfigSurroundings,
  ): readonly ConfigProblem[];
}
