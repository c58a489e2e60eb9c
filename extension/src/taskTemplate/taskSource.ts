/** A task that trains as it stands, for its author to change. `name` is that of its file. */
export function taskSource(name: string): string {
  return `// A training task of your own. Its config names it (task: ./${name}) and weighs each of its
// losses (loss_weights). docs/tasks.md of Counterweight says more; the types say what is what.
import type { TaskContext, TaskInstance, Tensor, Terms } from './counterweight-task.d.ts';

/** The losses, each with what it is. Their weights stand under loss_weights in the config. */
export const terms: Terms = {
  fit: 'Mean squared error at noisy samples of a wave.',
  smooth: 'Mean square of the change of the prediction between neighbouring points.',
};

/** The group of parameters that all losses share: gradients are compared there. */
export const sharedGroup = 'network';

/** Called once for each run: makes the parameters and the data, and says how a step goes. */
export function create({ tf, options, random }: TaskContext): TaskInstance<{ x: Tensor; y: Tensor }> {
  const width = Number(options.width ?? 32);
  const samples = Number(options.samples ?? 64);

  // Everything random comes from \`random\`, so that the same seed gives the same run.
  const normal = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => scale * random.normal());
  const hiddenWeights = tf.variable(tf.tensor2d(normal(width, 3), [1, width]));
  const hiddenBiases = tf.variable(tf.tensor2d(normal(width, 1), [1, width]));
  const outputWeights = tf.variable(tf.tensor2d(normal(width, 1 / Math.sqrt(width)), [width, 1]));
  const network = (x: Tensor) =>
    tf.matMul(tf.tanh(tf.add(tf.matMul(x, hiddenWeights), hiddenBiases)), outputWeights);

  const count = 101;
  const grid = tf.reshape(tf.linspace(-1, 1, count), [count, 1]);
  const truth = tf.sin(tf.mul(Math.PI, grid));

  return {
    groups: { network: [hiddenWeights, hiddenBiases, outputWeights] },

    // Draws the data of one step. What changes from step to step belongs here.
    batch(draw) {
      const x = Float32Array.from({ length: samples }, () => 2 * draw.uniform() - 1);
      const y = x.map((place) => Math.sin(Math.PI * place) + 0.3 * draw.normal());
      return { x: tf.tensor2d(x, [samples, 1]), y: tf.tensor2d(y, [samples, 1]) };
    },

    // One forward pass: every loss as a scalar, without its weight. Nothing random, nothing read back.
    losses({ x, y }) {
      const line = network(grid);
      const before = tf.slice(line, [0, 0], [count - 1, 1]);
      const after = tf.slice(line, [1, 0], [count - 1, 1]);
      return {
        fit: tf.mean(tf.squaredDifference(network(x), y)),
        smooth: tf.mean(tf.square(tf.mul(tf.sub(after, before), count / 2))),
      };
    },

    // Figures of the model, read now and then: evaluate_every in the config.
    evaluate() {
      return { error: tf.sqrt(tf.mean(tf.squaredDifference(network(grid), truth))) };
    },
  };
}
`;
}
