import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../../../../../server/src/training/task.ts';

/** A convolution whose forward pass and gradients are compared. */
export interface ConvolutionCase {
  readonly title: string;
  /** [batch, height, width, channels] */
  readonly image: [number, number, number, number];
  /** [height, width, in, out or multiplier] */
  readonly filter: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
  readonly dimRoundingMode?: 'ceil' | 'floor' | 'round';
}

export const convolutionCases: readonly ConvolutionCase[] = [
  { title: '3×3 same', image: [2, 6, 5, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
  { title: '3×3 valid', image: [2, 6, 7, 2], filter: [3, 3, 2, 5], strides: 1, pad: 'valid' },
  { title: '3×3 to fewer', image: [3, 5, 5, 6], filter: [3, 3, 6, 2], strides: 1, pad: 'same' },
  { title: '3×3 stride 2', image: [2, 8, 7, 3], filter: [3, 3, 3, 4], strides: 2, pad: 'same' },
  {
    title: '3×3 stride 2 valid',
    image: [1, 8, 9, 2],
    filter: [3, 3, 2, 3],
    strides: 2,
    pad: 'valid',
  },
  { title: '1×1', image: [2, 4, 4, 3], filter: [1, 1, 3, 5], strides: 1, pad: 'same' },
  { title: '1×1 stride 2', image: [2, 5, 4, 3], filter: [1, 1, 3, 2], strides: 2, pad: 'same' },
  { title: '5×5', image: [2, 7, 8, 2], filter: [5, 5, 2, 3], strides: 1, pad: 'same' },
  { title: '2×2 same', image: [2, 5, 6, 3], filter: [2, 2, 3, 2], strides: 1, pad: 'same' },
  { title: '4×4 stride 2', image: [2, 8, 8, 3], filter: [4, 4, 3, 4], strides: 2, pad: 'same' },
  { title: '3×2', image: [1, 6, 7, 2], filter: [3, 2, 2, 3], strides: 1, pad: 'same' },
  {
    title: 'strides 1 and 2',
    image: [2, 6, 8, 2],
    filter: [3, 3, 2, 3],
    strides: [1, 2],
    pad: 'same',
  },
  {
    title: 'strides 2 and 1',
    image: [2, 6, 8, 2],
    filter: [3, 3, 2, 3],
    strides: [2, 1],
    pad: 'same',
  },
  { title: 'pad 1', image: [2, 6, 6, 2], filter: [3, 3, 2, 3], strides: 1, pad: 1 },
  {
    title: 'pad 1 stride 2',
    image: [1, 6, 6, 2],
    filter: [3, 3, 2, 3],
    strides: 2,
    pad: 1,
    dimRoundingMode: 'floor',
  },
  {
    title: 'explicit padding',
    image: [2, 5, 6, 2],
    filter: [3, 3, 2, 3],
    strides: 1,
    pad: [
      [0, 0],
      [2, 0],
      [1, 3],
      [0, 0],
    ],
  },
  {
    title: 'padding wider than the window',
    image: [1, 4, 4, 2],
    filter: [2, 2, 2, 2],
    strides: 1,
    pad: 2,
  },
  {
    title: 'one row, one channel',
    image: [1, 1, 9, 1],
    filter: [1, 3, 1, 1],
    strides: 1,
    pad: 'same',
  },
];

export const depthwiseCases: readonly ConvolutionCase[] = [
  { title: '3×3 same', image: [2, 5, 6, 3], filter: [3, 3, 3, 1], strides: 1, pad: 'same' },
  { title: '3×3 multiplier 2', image: [2, 6, 5, 3], filter: [3, 3, 3, 2], strides: 1, pad: 'same' },
  { title: '3×3 valid', image: [2, 6, 6, 4], filter: [3, 3, 4, 1], strides: 1, pad: 'valid' },
  {
    title: '3×3 stride 2 multiplier 3',
    image: [2, 7, 8, 2],
    filter: [3, 3, 2, 3],
    strides: 2,
    pad: 'same',
  },
  { title: '2×2', image: [1, 5, 5, 2], filter: [2, 2, 2, 1], strides: 1, pad: 'same' },
  { title: '5×5', image: [1, 7, 7, 2], filter: [5, 5, 2, 2], strides: 1, pad: 'same' },
  { title: '1×1', image: [2, 4, 3, 3], filter: [1, 1, 3, 2], strides: 1, pad: 'same' },
];

/** [batch, height, width, channels] that a convolution gives. */
export function resultShape(tf: Tf, given: ConvolutionCase, kind: 'dense' | 'depthwise') {
  return tf.backend_util.computeConv2DInfo(
    given.image,
    given.filter,
    given.strides,
    1,
    given.pad,
    given.dimRoundingMode,
    kind === 'depthwise',
  ).outShape;
}

/** Numbers between −1 and 1 that look drawn at random but are the same at each call. */
export function drawTensor(tf: Tf, shape: number[], seed: number): tfc.Tensor {
  const values = Float32Array.from(
    { length: shape.reduce((product, extent) => product * extent, 1) },
    (_, index) => Math.sin((index + 1) * 12.9898 + seed * 78.233),
  );
  return tf.tensor(values, shape);
}
