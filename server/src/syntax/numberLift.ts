import type { TextChange, TextRange } from '../base/textRange.ts';

/** A number that stands in the middle of a program, and what it is for. */
export interface LiftedNumber {
  readonly range: TextRange;
  /** Short name of what it weighs, in small letters: `render`. */
  readonly name: string;
}

/** The changes that give a number a name, without which the program does what it did before. */
export interface NumberLift {
  /** Where the number stands then: `the option --render-weight`. */
  readonly target: string;
  readonly changes: readonly TextChange[];
}
