import type * as tfc from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { invariant } from '../../../../server/src/base/invariant.ts';
import { kernelEmitters } from '../../../../server/src/training/backends/compiled/kernels/kernelEmitters.ts';
import { traceGraph } from '../../../../server/src/training/backends/compiled/trace.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import type { Tf } from '../../../../server/src/training/task.ts';
import { runGraph } from './support/compareKernel.ts';
import { drawn, type Given } from './support/kernelCase.ts';

type Compute = (tf: Tf, x: tfc.Tensor, y: tfc.Tensor) => tfc.Tensor;

const positive = { low: 0.1, high: 0.9 };

/** Operations as nets and losses call them, on x [4, 6] and y [4, 6] between 0.1 and 0.9. */
const operations: Readonly<Record<string, Compute>> = {
  abs: (tf, x) => tf.abs(tf.sub(x, 0.5)),
  'absolute difference': (tf, x, y) => tf.losses.absoluteDifference(x, y),
  'arc functions': (tf, x) =>
    tf.addN([tf.asin(x), tf.acos(x), tf.atan(x), tf.atanh(x), tf.asinh(x)]),
  acosh: (tf, x) => tf.acosh(tf.add(x, 1)),
  atan2: (tf, x, y) => tf.atan2(tf.sub(x, 0.5), y),
  'batch norm': (tf, x, y) => {
    const { mean, variance } = tf.moments(tf.reshape(x, [2, 2, 2, 3]), [0, 1, 2]);
    return tf.batchNorm(tf.reshape(y, [2, 2, 2, 3]), mean, variance, mean, variance);
  },
  broadcasting: (tf, x, y) => tf.mul(tf.slice(x, [0, 0], [4, 1]), tf.slice(y, [1, 0], [1, 6])),
  'broadcast to': (tf, x) => tf.broadcastTo(tf.slice(x, [0, 0], [4, 1]), [4, 5]),
  'batch to space': (tf, x) => tf.batchToSpaceND(tf.reshape(x, [4, 3, 2]), [2], [[1, 0]]),
  'clip by value': (tf, x) => tf.clipByValue(x, 0.3, 0.6),
  concat: (tf, x, y) => tf.concat([x, y], 1),
  'cosine distance': (tf, x, y) => tf.losses.cosineDistance(x, y, 1),
  cumsum: (tf, x) => tf.cumsum(x, 1, true, true),
  division: (tf, x, y) => tf.div(x, y),
  'dot product': (tf, x, y) => tf.dot(x, tf.transpose(y)),
  elu: (tf, x) => tf.elu(tf.sub(x, 0.5)),
  erf: (tf, x) => tf.erf(x),
  'exp, expm1, log and log1p': (tf, x) => tf.addN([tf.exp(x), tf.expm1(x), tf.log(x), tf.log1p(x)]),
  'floor and mod': (tf, x, y) => tf.add(tf.mod(x, y), tf.floor(x)),
  'fused dense layer': (tf, x, y) =>
    tf.fused.matMul({
      a: x,
      b: y,
      transposeB: true,
      bias: tf.reshape(tf.slice(x, [0, 0], [1, 4]), [4]),
      activation: 'relu',
    }),
  gather: (tf, x) => tf.gather(x, tf.tensor1d([3, 0, 0, 2], 'int32')),
  'gather of columns': (tf, x) => tf.gather(x, tf.tensor1d([5, 0, 0], 'int32'), 1),
  'hinge loss': (tf, x, y) => tf.losses.hingeLoss(tf.round(y), x),
  'huber loss': (tf, x, y) => tf.losses.huberLoss(x, y, undefined, 0.2),
  'l2 norm': (tf, x) => tf.norm(x, 2, 1),
  'leaky relu': (tf, x) => tf.leakyRelu(tf.sub(x, 0.5), 0.1),
  'log loss': (tf, x, y) => tf.losses.logLoss(tf.round(y), x),
  'log sigmoid': (tf, x) => tf.logSigmoid(x),
  'log softmax': (tf, x) => tf.logSoftmax(x),
  'log sum exp': (tf, x) => tf.logSumExp(x, 1),
  'matrix product': (tf, x, y) => tf.matMul(x, y, true, false),
  'matrix products in a batch': (tf, x, y) =>
    tf.matMul(tf.reshape(x, [2, 3, 4]), tf.reshape(y, [2, 3, 4]), false, true),
  'max and min': (tf, x, y) => tf.sub(tf.max(x, 1), tf.min(y, 1)),
  'maximum and minimum': (tf, x, y) => tf.mul(tf.maximum(x, y), tf.minimum(x, 0.5)),
  mean: (tf, x) => tf.mean(x, 0),
  'mean squared error': (tf, x, y) => tf.losses.meanSquaredError(x, y),
  'mirror pad': (tf, x) =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [2, 0],
      ],
      'reflect',
    ),
  moments: (tf, x) => tf.moments(x, 1).variance,
  'one hot': (tf, x) => tf.mul(x, tf.oneHot(tf.tensor1d([5, 1, 2, 3], 'int32'), 6)),
  pad: (tf, x) =>
    tf.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      0.5,
    ),
  power: (tf, x, y) => tf.pow(x, y),
  'power of 3': (tf, x) => tf.pow(x, 3),
  prelu: (tf, x, y) => tf.prelu(tf.sub(x, 0.5), y),
  'reciprocal and roots': (tf, x) => tf.addN([tf.reciprocal(x), tf.sqrt(x), tf.rsqrt(x)]),
  relu: (tf, x) => tf.relu(tf.sub(x, 0.5)),
  relu6: (tf, x) => tf.relu6(tf.mul(x, 10)),
  reverse: (tf, x, y) => tf.mul(tf.reverse(x, 1), y),
  selu: (tf, x) => tf.selu(tf.sub(x, 0.5)),
  sigmoid: (tf, x) => tf.sigmoid(x),
  'sigmoid cross entropy': (tf, x, y) => tf.losses.sigmoidCrossEntropy(tf.round(y), x),
  softmax: (tf, x, y) => tf.mul(tf.softmax(x), y),
  'softmax cross entropy': (tf, x, y) => tf.losses.softmaxCrossEntropy(y, x, undefined, 0.1),
  softplus: (tf, x) => tf.softplus(x),
  'space to batch': (tf, x) =>
    tf.spaceToBatchND(
      tf.reshape(x, [1, 4, 6, 1]),
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
  split: (tf, x) => {
    const [first, second] = tf.split(x, 2, 1);
    return first && second ? tf.mul(first, second) : x;
  },
  'squared difference': (tf, x, y) => tf.squaredDifference(x, y),
  stack: (tf, x, y) => tf.stack([x, y], 1),
  tile: (tf, x) => tf.tile(x, [2, 3]),
  transpose: (tf, x, y) => tf.mul(tf.transpose(x), tf.reshape(y, [6, 4])),
  'trigonometric and hyperbolic functions': (tf, x) =>
    tf.addN([tf.sin(x), tf.cos(x), tf.tan(x), tf.sinh(x), tf.cosh(x), tf.tanh(x)]),
  unstack: (tf, x) => {
    const [first, second] = tf.unstack(x, 0);
    return first && second ? tf.mul(first, second) : x;
  },
  'unsorted segment sum': (tf, x) =>
    tf.unsortedSegmentSum(x, tf.tensor1d([0, 2, 0, 1], 'int32'), 3),
  where: (tf, x, y) =>
    tf.where(tf.tensor1d([true, false, true, true, false, false], 'bool'), x, tf.square(y)),
};

function tensorOf(tf: Tf, { values, shape }: Given): tfc.Tensor {
  return tf.tensor([...values], [...shape]);
}

/** The result of an operation and the gradients of its sum of squares. */
function withGradients(tf: Tf, compute: Compute, x: tfc.Tensor, y: tfc.Tensor) {
  const loss = (first: tfc.Tensor, second: tfc.Tensor) =>
    tf.sum(tf.square(compute(tf, first, second)));
  const [dx, dy] = tf.grads(loss)([x, y]);
  invariant(dx && dy, 'there are two gradients');
  return { result: compute(tf, x, y), dx, dy };
}

describe('a traced operation and its gradients', () => {
  it.each(Object.entries(operations))('are those of TensorFlow.js: %s', async (_, compute) => {
    const tf = await cpu.load();
    const both: Compute = (_tf, x, y) =>
      tf.add(compute(tf, x, y), tf.mul(tf.sum(tf.mul(x, y)), 0.1));
    const inputs = {
      x: tensorOf(tf, drawn([4, 6], { seed: 1, ...positive })),
      y: tensorOf(tf, drawn([4, 6], { seed: 2, ...positive })),
    };
    const type = { shape: [4, 6], dtype: 'float32' } as const;
    const traced = traceGraph(tf, kernelEmitters, {
      inputs: { x: type, y: type },
      build: ({ input }) => withGradients(tf, both, input('x'), input('y')),
    });
    expect(traced.ok ? 'traced' : traced.error).toBe('traced');
    invariant(traced.ok, 'the operation was traced');
    const results = await runGraph(traced.value, inputs);
    const expected = withGradients(tf, both, inputs.x, inputs.y);
    for (const [index, { name }] of traced.value.outputs.entries()) {
      const tensor = { result: expected.result, dx: expected.dx, dy: expected.dy }[name];
      invariant(tensor, `an output is named ${name}`);
      expect(results[index]?.shape).toEqual(tensor.shape);
      const wanted = Array.from(tensor.dataSync());
      const scale = Math.max(1, ...wanted.map(Math.abs));
      const worst = Math.max(
        ...wanted.map((value, place) =>
          Math.abs(value - (results[index]?.values[place] ?? Number.NaN)),
        ),
      );
      expect(worst / scale).toBeLessThan(2e-5);
    }
  });
});
