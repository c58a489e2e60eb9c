import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';
import { hotRows } from './hotRows.ts';

/**
 * Labels [batch] as rows [batch, classes] of 0 with a 1 at the class. The row of the ignored label is
 * 0 throughout; that of any other label that is no class is NaN, so that the mistake is seen.
 */
export function classTargets(
  tf: Tf,
  labels: tfc.Tensor,
  classes: number,
  ignored?: number,
): tfc.Tensor2D {
  const rows = hotRows(tf, labels, classes);
  const known = tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes));
  const expected = ignored === undefined ? known : tf.logicalOr(known, tf.equal(labels, ignored));
  const mark = tf.where(expected, tf.fill(labels.shape, 0), tf.fill(labels.shape, Number.NaN));
  return tf.add<tfc.Tensor2D>(rows, tf.expandDims(mark, -1));
}

/**
 * −Σ_c w_c log p_c along the last axis. Where w is 0, a class of probability 0 (a logit of −∞, as
 * masks have it) adds 0 and not NaN.
 */
export function surprise(tf: Tf, weights: tfc.Tensor, logits: tfc.Tensor): tfc.Tensor {
  const terms = tf.mul(weights, tf.logSoftmax(logits));
  const counted = tf.where(tf.notEqual(weights, 0), terms, tf.zerosLike(terms));
  return tf.neg(tf.sum(counted, -1));
}
