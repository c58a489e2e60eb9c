import type * as tfc from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Tf } from '../task.ts';

/** A number for all classes, or one for each. */
export const perClassOption = z
  .union([z.number().min(0), z.array(z.number().min(0)).min(1)])
  .default(1);

export type PerClass = z.infer<typeof perClassOption>;

/** What is left out of the mean; torch's default. */
export const ignoredLabelOption = z
  .number()
  .int()
  .max(-1)
  .default(-100)
  .describe('Samples with this label do not count.');

/** Undefined where there is a number for each class. */
export function perClassProblem(
  option: string,
  given: PerClass,
  classes: number,
): string | undefined {
  if (!Array.isArray(given) || given.length === classes) return undefined;
  return `${option} has ${given.length} numbers for ${classes} classes`;
}

/** The numbers as a tensor [classes], to be disposed by the caller. */
export function perClassTensor(tf: Tf, given: PerClass, classes: number): tfc.Tensor1D {
  const numbers = Array.isArray(given) ? given : Array.from({ length: classes }, () => given);
  return tf.keep(tf.tensor1d(numbers));
}
