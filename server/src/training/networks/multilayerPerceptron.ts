import type * as tfc from '@tensorflow/tfjs-core';

import type { Disposable } from '../../base/disposable.ts';
import type { Random } from '../../base/random.ts';
import type { Tf } from '../task.ts';

export interface MultilayerPerceptron extends Disposable {
  readonly variables: readonly tfc.Variable[];
  /** The same by layer, from the input on: weights and biases of each. */
  readonly layers: readonly (readonly tfc.Variable[])[];
  /** [batch, first size] → [batch, last size]. */
  apply(input: tfc.Tensor2D): tfc.Tensor2D;
}

/**
 * Layers of the given sizes with SiLU between them and a linear last one. Weights are drawn from
 * N(0, 1/inputs) (LeCun), biases start at 0.
 */
export function createMultilayerPerceptron(
  tf: Tf,
  sizes: readonly number[],
  random: Random,
): MultilayerPerceptron {
  const layers = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index] ?? outputs;
    const deviation = 1 / Math.sqrt(inputs);
    const values = Float32Array.from(
      { length: inputs * outputs },
      () => deviation * random.normal(),
    );
    return tf.tidy(() => ({
      weights: tf.variable(tf.tensor2d(values, [inputs, outputs])),
      biases: tf.variable(tf.zeros<tfc.Rank.R1>([outputs])),
    }));
  });
  const variables = layers.flatMap(({ weights, biases }) => [weights, biases]);
  return {
    variables,
    layers: layers.map(({ weights, biases }) => [weights, biases]),
    apply: (input) =>
      layers.reduce<tfc.Tensor2D>((hidden, { weights, biases }, index) => {
        const sum = tf.add<tfc.Tensor2D>(tf.matMul(hidden, weights), biases);
        return index === layers.length - 1 ? sum : tf.mul<tfc.Tensor2D>(sum, tf.sigmoid(sum));
      }, input),
    dispose() {
      for (const variable of variables) variable.dispose();
    },
  };
}
