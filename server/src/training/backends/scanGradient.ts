import type { CumsumAttrs, GradConfig } from '@tensorflow/tfjs-core';

import type { Tf } from '../task.ts';

/**
 * Gradient of a cumulative sum: the cumulative sum of dy from the other end. That of TensorFlow.js
 * turns its result around unless the axis is the last, which only shows where the shape is no square.
 */
export function scanGradient(tf: Tf): GradConfig {
  return {
    kernelName: tf.Cumsum,
    gradFunc(dy, _saved, attributes) {
      // A gradient knows the attributes of its kernel.
      const { axis, exclusive, reverse } = attributes as unknown as CumsumAttrs;
      if (Array.isArray(dy)) throw new Error('Broken invariant: a sum has one result');
      const place = axis < 0 ? axis + dy.rank : axis;
      return { x: () => tf.cumsum(dy, place, exclusive, !reverse) };
    },
  };
}
