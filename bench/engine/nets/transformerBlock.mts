import type * as tfc from '@tensorflow/tfjs-core';

import type { Tf } from '../../../server/src/training/task.ts';
import { type BenchNet, denseParameters, type NetParameter } from '../benchNet.mts';

const tokens = 256;
const width = 128;
const heads = 4;
const headWidth = width / heads;
const hiddenWidth = 4 * width;
/** As PyTorch's LayerNorm has it. */
const normEpsilon = 1e-5;

type Parameter = (name: string) => tfc.Tensor;

/**
 * x + attention(norm(x)), then h + feedForward(norm(h)): the pre-LN block of Xiong et al., ICML 2020,
 * figure 1b, with the ReLU of Vaswani et al. 2017, on one sequence.
 */
export const transformerBlock: BenchNet = {
  name: 'transformer',
  description: `one transformer block, pre-LN, width ${width}, ${heads} heads, ReLU, ${tokens} tokens`,
  inputShape: [tokens, width],
  outputShape: [tokens, width],
  parameters: [
    ...normParameters('attentionNorm', 'attention'),
    ...denseParameters('queryKeyValue', 'attention', [width, 3 * width]),
    ...denseParameters('projection', 'attention', [width, width]),
    ...normParameters('feedForwardNorm', 'feedForward'),
    ...denseParameters('expand', 'feedForward', [width, hiddenWidth]),
    ...denseParameters('contract', 'feedForward', [hiddenWidth, width]),
  ],
  forward(tf, parameter, input) {
    const mixed = attention(tf, parameter, norm(tf, parameter, 'attentionNorm', input));
    const hidden = tf.add(input, dense(tf, parameter, 'projection', mixed));
    const normed = norm(tf, parameter, 'feedForwardNorm', hidden);
    const expanded = tf.relu(dense(tf, parameter, 'expand', normed));
    return tf.add(hidden, dense(tf, parameter, 'contract', expanded));
  },
};

function attention(tf: Tf, parameter: Parameter, input: tfc.Tensor): tfc.Tensor {
  const all = dense(tf, parameter, 'queryKeyValue', input);
  const [query, key, value] = tf
    .split(all, 3, 1)
    .map((part) => tf.transpose(tf.reshape(part, [tokens, heads, headWidth]), [1, 0, 2]));
  if (!query || !key || !value) throw new Error('Broken invariant: three parts were asked for');
  const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(headWidth));
  const mixed = tf.matMul(tf.softmax(scores), value);
  return tf.reshape(tf.transpose(mixed, [1, 0, 2]), [tokens, width]);
}

function dense(tf: Tf, parameter: Parameter, name: string, input: tfc.Tensor): tfc.Tensor {
  return tf.add(tf.matMul(input, parameter(`${name}.weight`)), parameter(`${name}.bias`));
}

function norm(tf: Tf, parameter: Parameter, name: string, input: tfc.Tensor): tfc.Tensor {
  const centred = tf.sub(input, tf.mean(input, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const scaled = tf.mul(centred, tf.rsqrt(tf.add(variance, normEpsilon)));
  return tf.add(tf.mul(scaled, parameter(`${name}.weight`)), parameter(`${name}.bias`));
}

function normParameters(name: string, group: string): readonly NetParameter[] {
  return [
    { name: `${name}.weight`, group, shape: [width], initial: 'ones' },
    { name: `${name}.bias`, group, shape: [width], initial: 'zeros' },
  ];
}
