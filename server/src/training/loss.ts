import type * as tfc from '@tensorflow/tfjs-core';
import type { z } from 'zod';

import type { Disposable } from '../base/disposable.ts';
import type { Dimensions } from './lossShapes.ts';
import type { Tf } from './task.ts';

/** A tensor that a loss is given. */
export interface LossInput {
  /** In words, for the manual. */
  readonly meaning: string;
  /**
   * Names of its dimensions, or their extents. Equal names have equal extents throughout the inputs;
   * `...` stands for any number of dimensions. The extent of `batch` may change from call to call.
   */
  readonly shape: readonly (string | number)[];
  /** No gradient flows to it: labels, times, what the loss detaches. */
  readonly constant?: true;
}

/** Numbers in nested lists, all of one shape. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** A loss made ready for inputs of given shapes. */
export interface LossFunction<Inputs extends string = string> extends Disposable {
  /**
   * The loss of one batch. A pure function of its inputs: nothing is drawn at random and nothing is
   * read back, so that it can be repeated, differentiated and traced into a graph. Its intermediate
   * tensors are left to the caller's tidy.
   */
  compute(inputs: Readonly<Record<Inputs, tfc.Tensor>>): tfc.Scalar;
}

/**
 * A loss: data about it, and a function that makes it ready. Value and gradient are finite wherever the
 * inputs are, also at the edges that the formula does not like (science.md §4); an input that is a
 * mistake, such as a label that is no class, gives NaN, which is seen, and never a plausible number.
 */
export interface Loss<Options = unknown, Inputs extends string = string> {
  readonly name: string;
  readonly description: string;
  /** Paper and equation, or the reference implementation. */
  readonly source: string;
  /** What is wrong or fragile in common code of it, and what is done here instead. */
  readonly trap?: string;
  readonly inputs: Readonly<Record<Inputs, LossInput>>;
  /** Its keys are those of a config, each with a description and a default. */
  readonly options: z.ZodObject & z.ZodType<Options>;
  readonly example: {
    readonly inputs: Readonly<Record<Inputs, NestedNumbers>>;
    /** As a config would have them. */
    readonly options?: Readonly<Record<string, unknown>>;
    readonly value: number;
  };
  /** What is wrong with these options for inputs of these dimensions; undefined for nothing. */
  problem?(options: Options, dimensions: Dimensions): string | undefined;
  /** Only for dimensions with which there is no problem. */
  create(tf: Tf, options: Options, dimensions: Dimensions): LossFunction<Inputs>;
}
