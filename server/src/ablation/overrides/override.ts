import type { Result } from '../../base/result.ts';
import type { OverrideFormName } from '../../model/projectFile.ts';
import type { ConfigDocument } from '../../syntax/configTree.ts';

/** A weight that a run is to have instead of the one in the config. */
export interface WeightOverride {
  /** The keys that lead to it in the config. */
  readonly path: readonly string[];
  /** The weight as the config writes it. */
  readonly text: string;
  /** Where it stands in the config. */
  readonly start: number;
  readonly value: number;
}

/** The Python program that a command runs, as far as it can be read. */
export interface ProgramSource {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  /** Hydra's primary config, where the program names one that is there. */
  readonly primary?: { readonly path: string; readonly document: ConfigDocument } | undefined;
}

/** What a form of overrides may look at. */
export interface OverrideSubject {
  /** Absolute path of the config. */
  readonly configPath: string;
  readonly document: ConfigDocument;
  /** `run.command`, placeholders not filled in. */
  readonly command: readonly string[];
  /** Undefined where the command runs none, or none that can be read. */
  readonly program: ProgramSource | undefined;
}

/** One way in which programs take other values than those of their config: pure. */
export interface OverrideForm {
  readonly name: OverrideFormName;
  /** For the manual: one sentence. */
  readonly description: string;
  readonly examples: readonly {
    readonly subject: OverrideSubject;
    /** By its keys, the weight that is set. */
    readonly set: { readonly path: readonly string[]; readonly value: number };
    /** Words of why the form is certain; undefined where it is not, and only used when it is asked for. */
    readonly because: string | undefined;
    readonly arguments: readonly string[];
  }[];
  /** Weights that it cannot set, each with words that the answer must contain. */
  readonly refusals: readonly {
    readonly subject: OverrideSubject;
    readonly set: { readonly path: readonly string[]; readonly value: number };
    readonly words: string;
  }[];
  /**
   * Why the program certainly takes this form, as the rest of a sentence that begins with "because";
   * undefined where that cannot be told.
   */
  certainty(subject: OverrideSubject): string | undefined;
  /**
   * Why neither this form nor a copy of the config surely reaches the program, though it is one for
   * this form: what to do, in words.
   */
  obstacle?(subject: OverrideSubject): string | undefined;
  /** The option that its arguments stand behind, where they need one: `--cfg-options`. */
  flag(subject: OverrideSubject): string | undefined;
  /**
   * Whether a word of the command sets what one of the arguments sets, though it is written in another
   * way than `key` or `key=value`.
   */
  spells?(subject: OverrideSubject): (word: string, key: string) => boolean;
  /** Reads the program once, for all variants. */
  setter(subject: OverrideSubject): WeightSetter;
}

/**
 * The arguments that set a weight, without the option that they stand behind, or in words why they
 * cannot: `key=value`, or a key and its value.
 */
export type WeightSetter = (weight: WeightOverride) => Result<readonly string[]>;
