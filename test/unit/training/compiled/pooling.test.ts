import type * as tfc from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';

import { poolingKernels } from '../../../../server/src/training/backends/compiled/kernels/pooling.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { expectSameAsKernel } from './support/compareKernel.ts';
import { drawTensor } from './support/convolutionCases.ts';

const cases = [
  { title: '2×2', image: [2, 6, 4, 3], filterSize: 2, strides: 2, pad: 'valid' },
  { title: '2×2 same of odd extents', image: [2, 5, 7, 2], filterSize: 2, strides: 2, pad: 'same' },
  { title: '3×3 that overlap', image: [1, 7, 7, 2], filterSize: 3, strides: 2, pad: 'same' },
  { title: '3×3 stride 1', image: [2, 5, 5, 2], filterSize: 3, strides: 1, pad: 'same' },
  { title: '3×2 valid', image: [1, 7, 8, 2], filterSize: [3, 2], strides: [2, 3], pad: 'valid' },
  { title: 'gaps between windows', image: [1, 7, 8, 1], filterSize: 2, strides: 3, pad: 'valid' },
  { title: 'pad 1', image: [2, 6, 6, 3], filterSize: 2, strides: 2, pad: 1 },
  { title: 'the whole image', image: [2, 4, 4, 3], filterSize: 4, strides: 4, pad: 'valid' },
] as const;

type Case = (typeof cases)[number];

const attributesOf = ({ filterSize, strides, pad }: Case) => ({ filterSize, strides, pad });

async function poolOf(given: Case, kernel: string) {
  const tf = await cpu.load();
  const x = drawTensor(tf, [...given.image], 1);
  const attributes = { ...attributesOf(given) } as tfc.NamedAttrMap;
  const output = tf.engine().runKernel<tfc.Tensor>(kernel, { x }, attributes);
  return { tf, x, output, dy: drawTensor(tf, output.shape, 2) };
}

describe.each(['AvgPool', 'MaxPool'])('%s in ONNX', (kernel) => {
  it.each(cases)('gives what TensorFlow.js gives: $title', async (given) => {
    const { tf, x, output, dy } = await poolOf(given, kernel);
    const call = { kernel, inputs: { x }, attributes: attributesOf(given) };
    await expectSameAsKernel(tf, poolingKernels, call);
    tf.dispose([x, output, dy]);
  });

  it.each(cases)('has its gradient: $title', async (given) => {
    const { tf, x, output, dy } = await poolOf(given, kernel);
    await expectSameAsKernel(tf, poolingKernels, {
      kernel: `${kernel}Grad`,
      inputs: { dy, input: x, ...(kernel === 'MaxPool' && { output }) },
      attributes: attributesOf(given),
    });
    tf.dispose([x, output, dy]);
  });
});

describe('the gradient of MaxPool in ONNX', () => {
  it('goes to the first of several equal maxima', async () => {
    const tf = await cpu.load();
    const x = tf.zeros([1, 4, 4, 2]);
    const output = tf.zeros([1, 2, 2, 2]);
    const dy = drawTensor(tf, [1, 2, 2, 2], 1);
    await expectSameAsKernel(tf, poolingKernels, {
      kernel: 'MaxPoolGrad',
      inputs: { dy, input: x, output },
      attributes: { filterSize: 2, strides: 2, pad: 'valid' },
    });
    tf.dispose([x, dy, output]);
  });
});
