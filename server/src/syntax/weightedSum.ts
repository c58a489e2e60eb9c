import type { TextRange } from '../base/textRange.ts';
import type { ConfigNode } from './configTree.ts';

/** A value that is computed by adding or multiplying, in a program: `loss = a + 0.1 * b`. */
export interface WeightedSum {
  /**
   * The names of what it becomes, by dots: `self.loss_G`, `losses.kl`; for a result, the class and
   * function that return it.
   */
  readonly target: string;
  readonly range: TextRange;
  /** True for `loss += w * x`, which adds to what is there. */
  readonly accumulates: boolean;
  readonly addends: readonly Addend[];
}

/** One part of a sum, as a product. */
export interface Addend {
  readonly range: TextRange;
  /** In the order of the text; one where nothing is multiplied. */
  readonly operands: readonly Operand[];
  /** True where one of the operands is a sum itself, whose parts are addends of their own. */
  readonly isGroup: boolean;
}

/** One part of a product. */
export interface Operand {
  readonly kind: 'number' | 'reference' | 'expression';
  readonly range: TextRange;
  readonly text: string;
  /** True for what the product is divided by. */
  readonly divides: boolean;
  /** Of numbers. */
  readonly value: number | undefined;
  /**
   * The name by which a reader would call it: `vf_coef` for `args.vf_coef`, `mse_loss` for
   * `F.mse_loss(x, y).mean()`; empty for a formula.
   */
  readonly name: string;
  /** Of references: where in the same file it gets its value. */
  readonly definition: SumDefinition | undefined;
}

/** The place in the definition tree that a name in a sum leads to. */
export interface SumDefinition {
  readonly path: readonly string[];
  readonly keyRange: TextRange;
  readonly node: ConfigNode;
}
