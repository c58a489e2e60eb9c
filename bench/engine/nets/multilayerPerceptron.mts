import { type BenchNet, denseParameters } from '../benchNet.mts';

/** Dense layers of the given sizes with ReLU between them; each layer is a group. */
export function multilayerPerceptron(
  name: string,
  batch: number,
  sizes: readonly [number, number, ...number[]],
): BenchNet {
  const layers = sizes.slice(1).map((outputs, index) => ({
    name: `layer${index + 1}`,
    shape: [sizes[index] ?? outputs, outputs] as const,
  }));
  return {
    name,
    description: `dense layers ${sizes.join('-')} with ReLU, batch ${batch}`,
    inputShape: [batch, sizes[0]],
    outputShape: [batch, sizes.at(-1) ?? sizes[0]],
    parameters: layers.flatMap((layer) => denseParameters(layer.name, layer.name, layer.shape)),
    forward: (tf, parameter, input) =>
      layers.reduce((hidden, layer, index) => {
        const product = tf.matMul(hidden, parameter(`${layer.name}.weight`));
        const sum = tf.add(product, parameter(`${layer.name}.bias`));
        return index === layers.length - 1 ? sum : tf.relu(sum);
      }, input),
  };
}
