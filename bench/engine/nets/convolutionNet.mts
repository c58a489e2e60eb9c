import type * as tfc from '@tensorflow/tfjs-core';

import type { BenchNet } from '../benchNet.mts';

const channels: readonly number[] = [3, 16, 16, 3];
const layers = channels.slice(1).map((outputs, index) => ({
  name: `convolution${index + 1}`,
  shape: [3, 3, channels[index] ?? outputs, outputs],
}));

export const convolutionNet: BenchNet = {
  name: 'conv',
  description: `three 3×3 convolutions, ${channels.join('-')} channels with ReLU, on 32 pictures of 16×16`,
  inputShape: [32, 16, 16, 3],
  outputShape: [32, 16, 16, 3],
  parameters: layers.flatMap(({ name, shape }) => [
    { name: `${name}.weight`, group: name, shape, initial: 'normal' as const },
    { name: `${name}.bias`, group: name, shape: shape.slice(-1), initial: 'zeros' as const },
  ]),
  forward: (tf, parameter, input) =>
    layers.reduce<tfc.Tensor>((hidden, { name }, index) => {
      const weight = ofRank4(parameter(`${name}.weight`));
      const filtered = tf.conv2d(ofRank4(hidden), weight, 1, 'same');
      const sum = tf.add(filtered, parameter(`${name}.bias`));
      return index === layers.length - 1 ? sum : tf.relu(sum);
    }, input),
};

function ofRank4(tensor: tfc.Tensor): tfc.Tensor4D {
  if (!isRank4(tensor)) throw new Error(`A tensor of rank ${tensor.rank} is no set of pictures.`);
  return tensor;
}

function isRank4(tensor: tfc.Tensor): tensor is tfc.Tensor4D {
  return tensor.rank === 4;
}
