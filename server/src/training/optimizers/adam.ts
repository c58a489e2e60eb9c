import type { Optimizer } from '../optimizer.ts';

/** The values that Kingma and Ba recommend. */
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** Adam (Kingma & Ba, ICLR 2015, algorithm 1). */
export const adam: Optimizer = {
  name: 'adam',
  description: 'Adam with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.',
  example: { gradients: [1, 1, -2], updates: [-0.1, -0.1, 0.0075649] },
  create(tf, { learningRate }, length) {
    let mean = tf.keep(tf.zeros([length]));
    let square = tf.keep(tf.zeros([length]));
    let beta1Power = 1;
    let beta2Power = 1;
    return {
      update(gradient) {
        beta1Power *= beta1;
        beta2Power *= beta2;
        const nextMean = tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1));
        const nextSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        mean.dispose();
        square.dispose();
        mean = tf.keep(nextMean);
        square = tf.keep(nextSquare);
        const corrected = tf.sqrt(tf.div(square, 1 - beta2Power));
        const scaled = tf.mul(mean, -learningRate / (1 - beta1Power));
        return tf.div(scaled, tf.add(corrected, epsilon));
      },
      dispose() {
        mean.dispose();
        square.dispose();
      },
    };
  },
};
