import { describe, it } from 'vitest';

import { convolutionKernels } from '../../../../server/src/training/backends/compiled/kernels/convolution.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import { expectSameAsKernel } from './support/compareKernel.ts';
import {
  type ConvolutionCase,
  convolutionCases,
  depthwiseCases,
  drawTensor,
  resultShape,
} from './support/convolutionCases.ts';

const attributesOf = ({ strides, pad, dimRoundingMode }: ConvolutionCase) => ({
  strides,
  pad,
  dimRoundingMode,
  dataFormat: 'NHWC',
  dilations: [1, 1],
});

describe.each([
  { kind: 'dense', cases: convolutionCases, prefix: 'Conv2D', forward: 'Conv2D' },
  {
    kind: 'depthwise',
    cases: depthwiseCases,
    prefix: 'DepthwiseConv2dNative',
    forward: 'DepthwiseConv2dNative',
  },
] as const)('a $kind convolution in ONNX', ({ kind, cases, prefix, forward }) => {
  it.each(cases)('gives what TensorFlow.js gives: $title', async (given) => {
    const tf = await cpu.load();
    const x = drawTensor(tf, given.image, 1);
    const filter = drawTensor(tf, given.filter, 2);
    const attributes = attributesOf(given);
    const call = { kernel: forward, inputs: { x, filter }, attributes };
    await expectSameAsKernel(tf, convolutionKernels, call);
    tf.dispose([x, filter]);
  });

  it.each(cases)('has the gradient of its input: $title', async (given) => {
    const tf = await cpu.load();
    const dy = drawTensor(tf, resultShape(tf, given, kind), 3);
    const filter = drawTensor(tf, given.filter, 2);
    await expectSameAsKernel(tf, convolutionKernels, {
      kernel: `${prefix}BackpropInput`,
      inputs: { dy, filter },
      attributes: { ...attributesOf(given), inputShape: given.image },
    });
    tf.dispose([dy, filter]);
  });

  it.each(cases)('has the gradient of its filter: $title', async (given) => {
    const tf = await cpu.load();
    const x = drawTensor(tf, given.image, 1);
    const dy = drawTensor(tf, resultShape(tf, given, kind), 3);
    await expectSameAsKernel(tf, convolutionKernels, {
      kernel: `${prefix}BackpropFilter`,
      inputs: { x, dy },
      attributes: { ...attributesOf(given), filterShape: given.filter },
    });
    tf.dispose([x, dy]);
  });
});

describe.each([
  { kernel: 'FusedConv2D', filterShape: [3, 3, 3, 4], channels: 4 },
  { kernel: 'FusedDepthwiseConv2D', filterShape: [3, 3, 3, 2], channels: 6 },
])('$kernel in ONNX', ({ kernel, filterShape, channels }) => {
  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'])(
    'gives what TensorFlow.js gives with a bias and %s',
    async (activation) => {
      const tf = await cpu.load();
      const x = drawTensor(tf, [2, 5, 4, 3], 1);
      const filter = drawTensor(tf, filterShape, 2);
      const bias = drawTensor(tf, [channels], 3);
      const slopes = drawTensor(tf, [channels], 4);
      await expectSameAsKernel(tf, convolutionKernels, {
        kernel,
        inputs: {
          x,
          filter,
          bias,
          ...(activation === 'prelu' && { preluActivationWeights: slopes }),
        },
        attributes: {
          strides: 1,
          pad: 'same',
          dataFormat: 'NHWC',
          dilations: [1, 1],
          activation,
          leakyreluAlpha: 0.3,
        },
      });
      tf.dispose([x, filter, bias, slopes]);
    },
  );
});

describe('a dilated convolution in ONNX', () => {
  it.each(['Conv2D', 'DepthwiseConv2dNative'])('gives what %s gives', async (kernel) => {
    const tf = await cpu.load();
    const x = drawTensor(tf, [1, 8, 9, 2], 1);
    const filter = drawTensor(tf, [3, 3, 2, 2], 2);
    await expectSameAsKernel(tf, convolutionKernels, {
      kernel,
      inputs: { x, filter },
      attributes: { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: [2, 3] },
    });
    tf.dispose([x, filter]);
  });
});
