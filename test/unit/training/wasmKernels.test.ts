import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../server/src/training/backends/wasm.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import { expectClose } from './compiled/support/compareKernel.ts';
import {
  type ConvolutionCase,
  convolutionCases,
  depthwiseCases,
  drawTensor,
  resultShape,
} from './compiled/support/convolutionCases.ts';

type Compute = (tf: Tf) => tfc.Tensor | readonly tfc.Tensor[];

/** Expects WebAssembly to give what plain JavaScript gives, and to leave nothing behind. */
async function expectAlike(compute: Compute): Promise<void> {
  const expected = read(await cpu.load(), compute);
  const tf = await wasm.load();
  // Once beforehand, for what the backend keeps from its first call on.
  read(tf, compute);
  const counts = () => [tf.memory().numTensors, tf.backend().numDataIds()];
  const before = counts();
  const given = read(tf, compute);
  expect(counts()).toEqual(before);
  expect(given.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [index, { values }] of given.entries()) {
    expectClose(values, expected[index]?.values ?? []);
  }
}

function read(tf: Tf, compute: Compute) {
  return tf.tidy(() => {
    const result = compute(tf);
    const tensors = 'shape' in result ? [result] : result;
    return tensors.map((tensor) => ({ shape: tensor.shape, values: [...tensor.dataSync()] }));
  });
}

function runKernel(
  tf: Tf,
  kernel: string,
  inputs: Readonly<Record<string, tfc.Tensor>>,
  attributes: object,
): tfc.Tensor {
  const attrs = { ...attributes } as tfc.NamedAttrMap;
  return tf.engine().runKernel<tfc.Tensor>(kernel, inputs, attrs);
}

const attributesOf = ({ strides, pad, dimRoundingMode }: ConvolutionCase) => ({
  strides,
  pad,
  dimRoundingMode,
  dataFormat: 'NHWC',
  dilations: [1, 1],
});

afterEach(async () => {
  await cpu.load();
});

describe.each([
  { kind: 'dense', prefix: 'Conv2D', cases: convolutionCases },
  { kind: 'depthwise', prefix: 'DepthwiseConv2dNative', cases: depthwiseCases },
] as const)('a $kind convolution on WebAssembly', ({ kind, prefix, cases }) => {
  it.each(cases)('gives what plain JavaScript gives: $title', async (given) => {
    await expectAlike((tf) => {
      const inputs = { x: drawTensor(tf, given.image, 1), filter: drawTensor(tf, given.filter, 2) };
      return runKernel(tf, prefix, inputs, attributesOf(given));
    });
  });

  it.each(cases)('has the gradient of its input: $title', async (given) => {
    await expectAlike((tf) => {
      const dy = drawTensor(tf, resultShape(tf, given, kind), 3);
      const inputs = { dy, filter: drawTensor(tf, given.filter, 2) };
      const attributes = { ...attributesOf(given), inputShape: given.image };
      return runKernel(tf, `${prefix}BackpropInput`, inputs, attributes);
    });
  });

  it.each(cases)('has the gradient of its filter: $title', async (given) => {
    await expectAlike((tf) => {
      const dy = drawTensor(tf, resultShape(tf, given, kind), 3);
      const inputs = { x: drawTensor(tf, given.image, 1), dy };
      const attributes = { ...attributesOf(given), filterShape: given.filter };
      return runKernel(tf, `${prefix}BackpropFilter`, inputs, attributes);
    });
  });
});

describe('sums by segments on WebAssembly', () => {
  it('leave out rows of no segment, and take tensors of several axes', async () => {
    await expectAlike((tf) => {
      const ids = tf.tensor1d([2, 0, -1, 2, 4, 1], 'int32');
      return tf.unsortedSegmentSum(drawTensor(tf, [6, 3, 2], 1), ids, 4);
    });
  });

  it('keep whole numbers whole', async () => {
    await expectAlike((tf) => {
      const ids = tf.tensor1d([1, 1, 0], 'int32');
      return tf.unsortedSegmentSum(tf.tensor1d([5, 7, 9], 'int32'), ids, 3);
    });
  });

  it('are the gradient of an embedding', async () => {
    await expectAlike((tf) => {
      const table = drawTensor(tf, [7, 5], 1);
      const ids = tf.tensor1d([3, 0, 3, 6, 3], 'int32');
      const factors = drawTensor(tf, [5, 5], 2);
      return tf.grad((rows) => tf.sum(tf.mul(tf.gather(rows, ids), factors)))(table);
    });
  });
});

describe('cumulative sums and products', () => {
  const square = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it.each(['cumprod', 'cumsum'] as const)('%s counts axes from the end too', async (scan) => {
    const tf = await wasm.load();
    tf.tidy(() => {
      const x = tf.tensor3d([...square, ...square], [2, 3, 3]);
      for (const axis of [0, 1, 2]) {
        const counted = tf[scan](x, axis - 3, true, true);
        expect(counted.shape).toEqual(x.shape);
        expect([...counted.dataSync()]).toEqual([...tf[scan](x, axis, true, true).dataSync()]);
      }
    });
  });

  it.each([cpu, wasm])(
    'have the gradient of the sum along every axis on $name',
    async (backend) => {
      const tf = await backend.load();
      const gradient = (axis: number): number[] =>
        tf.tidy(() => {
          const x = tf.zeros([3, 3]);
          const factors = tf.tensor2d(square, [3, 3]);
          return [
            ...tf
              .grad((y) => tf.sum(tf.mul(tf.cumsum(y, axis), factors)))(x)
              .dataSync(),
          ];
        });
      // Of x at a place: the sum of the factors from there on.
      expect(gradient(0)).toEqual([12, 15, 18, 11, 13, 15, 7, 8, 9]);
      expect(gradient(1)).toEqual([6, 5, 3, 15, 11, 6, 24, 17, 9]);
    },
  );
});

describe('fused products on WebAssembly', () => {
  const operands = [
    { title: 'plain', a: [9, 60], b: [60, 7], transposeA: false, transposeB: false },
    { title: 'a transposed', a: [60, 9], b: [60, 7], transposeA: true, transposeB: false },
    { title: 'b transposed', a: [9, 60], b: [7, 60], transposeA: false, transposeB: true },
    { title: 'both transposed', a: [60, 9], b: [7, 60], transposeA: true, transposeB: true },
    { title: 'batched', a: [3, 9, 60], b: [3, 60, 7], transposeA: false, transposeB: false },
    {
      title: 'batched and transposed',
      a: [3, 60, 9],
      b: [3, 7, 60],
      transposeA: true,
      transposeB: true,
    },
  ];
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

  it.each(operands)('have the right bias over more than 48 numbers: $title', async (given) => {
    await expectAlike((tf) =>
      activations.map((activation) =>
        tf.fused.matMul({
          a: drawTensor(tf, given.a, 1),
          b: drawTensor(tf, given.b, 2),
          transposeA: given.transposeA,
          transposeB: given.transposeB,
          bias: drawTensor(tf, [7], 3),
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === 'prelu' && { preluActivationWeights: drawTensor(tf, [7], 4) }),
        }),
      ),
    );
  });

  it('take an operand that was reshaped since it was last used', async () => {
    await expectAlike((tf) => {
      const b = drawTensor(tf, [6, 4], 1);
      const first = tf.fused.matMul({ a: drawTensor(tf, [2, 6], 2), b });
      const other = tf.reshape(b, [4, 6]);
      return [first, tf.fused.matMul({ a: drawTensor(tf, [2, 4], 3), b: other })];
    });
  });

  it('have the gradients of operands and bias', async () => {
    await expectAlike((tf) => {
      const loss = (a: tfc.Tensor, b: tfc.Tensor, bias: tfc.Tensor): tfc.Scalar =>
        tf.sum(tf.square(tf.fused.matMul({ a, b, bias, activation: 'relu' })));
      const shapes = [[9, 60], [60, 7], [7]];
      return tf.grads(loss)(shapes.map((shape, index) => drawTensor(tf, shape, index)));
    });
  });
});

describe('the gradient of a maximum over windows on WebAssembly', () => {
  const pools = [
    { title: '2×2', image: [2, 6, 4, 3], filterSize: 2, strides: 2, pad: 'valid' },
    { title: 'overlapping', image: [2, 7, 6, 3], filterSize: 3, strides: 2, pad: 'same' },
    { title: 'stride 1', image: [1, 5, 5, 2], filterSize: [2, 3], strides: 1, pad: 'same' },
    { title: 'with gaps', image: [1, 7, 8, 2], filterSize: 2, strides: 3, pad: 'valid' },
    { title: 'pad 1', image: [2, 6, 6, 3], filterSize: 2, strides: 2, pad: 1 },
  ];

  it.each(pools)('is that of plain JavaScript: $title', async ({ image, ...attributes }) => {
    await expectAlike((tf) => {
      const input = drawTensor(tf, image, 1);
      const output = runKernel(tf, 'MaxPool', { x: input }, attributes);
      const dy = drawTensor(tf, output.shape, 2);
      return runKernel(tf, 'MaxPoolGrad', { dy, input, output }, attributes);
    });
  });

  it('reaches windows without a positive number, and the first of equal maxima', async () => {
    await expectAlike((tf) => {
      const negative = tf.reshape(tf.range(-32, 0), [1, 4, 4, 2]);
      const gradient = tf.grad((x) => tf.maxPool(x as tfc.Tensor4D, 2, 2, 'valid'));
      return [gradient(tf.zeros([1, 4, 4, 2])), gradient(negative)];
    });
  });
});

it('one-hot rows on WebAssembly are of the kind that is asked for', async () => {
  const tf = await wasm.load();
  for (const dtype of ['float32', 'int32'] as const) {
    const rows = tf.oneHot(tf.tensor1d([1, 0], 'int32'), 3, 1, 0, dtype);
    expect([...rows.dataSync()]).toEqual([0, 1, 0, 1, 0, 0]);
    rows.dispose();
  }
});

it('operations that WebAssembly gets wrong are missing there', async () => {
  const tf = await wasm.load();
  const image = drawTensor(tf, [1, 4, 4, 4, 2], 1) as tfc.Tensor5D;
  const filter = drawTensor(tf, [3, 3, 3, 2, 3], 2) as tfc.Tensor5D;
  const gradient = tf.grad((x) => tf.conv3d(x as tfc.Tensor5D, filter, 1, 'same'));
  expect(() => gradient(image)).toThrow('Conv3DBackpropInputV2');
  tf.dispose([image, filter]);
});

describe('nets on WebAssembly', () => {
  it('have the gradients of a convolutional net', async () => {
    await expectAlike((tf) => {
      const image = drawTensor(tf, [4, 9, 8, 3], 9) as tfc.Tensor4D;
      const loss = (...weights: tfc.Tensor[]): tfc.Scalar => {
        const [first, second, third, dense] = weights as [
          tfc.Tensor4D,
          tfc.Tensor4D,
          tfc.Tensor4D,
          tfc.Tensor2D,
        ];
        const wide = tf.relu(tf.conv2d(image, first, 1, 'same'));
        const each = tf.relu(tf.depthwiseConv2d(tf.maxPool(wide, 2, 2, 'same'), second, 1, 'same'));
        const small = tf.conv2d(tf.avgPool(each, 2, 1, 'valid'), third, 2, 'valid');
        return tf.sum(tf.square(tf.matMul(tf.reshape<tfc.Rank.R2>(small, [4, -1]), dense)));
      };
      const shapes = [
        [3, 3, 3, 6],
        [3, 3, 6, 2],
        [2, 2, 12, 5],
        [10, 3],
      ];
      return tf.grads(loss)(shapes.map((shape, index) => drawTensor(tf, shape, index)));
    });
  });
});
