// A physics-informed network for u″(x) = −π² sin(πx) on [−1, 1] with u(−1) = u(1) = 0, whose
// solution is u(x) = sin(πx). Three losses share one network: noisy measurements of u, the residual
// of the equation, and the values at the boundary (Raissi, Perdikaris, Karniadakis 2019).
import type { TaskContext, TaskInstance, Tensor, Terms } from './counterweight-task.d.ts';

export const terms: Terms = {
  data: 'Mean squared error at the noisy measurements of u.',
  residual: 'Mean square of u″ + π² sin(πx), over π⁴, at points drawn anew for each step.',
  boundary: 'Mean square of u at −1 and 1, where it is 0.',
};

/** All three losses reach every parameter. */
export const sharedGroup = 'network';

/** The measurements belong to the problem, not to the run: every seed sees the same. */
const measurementSeed = 1234;

interface Jet {
  readonly value: Tensor;
  readonly slope: Tensor;
  readonly curvature: Tensor;
}

type PoissonBatch = { readonly points: Tensor };

export function create({
  tf,
  options,
  random,
  createRandom,
}: TaskContext): TaskInstance<PoissonBatch> {
  const {
    width = 32,
    points = 64,
    measurements = 12,
    noise = 0.05,
  } = options as {
    readonly width?: number;
    readonly points?: number;
    readonly measurements?: number;
    readonly noise?: number;
  };
  const layer = (inputs: number, outputs: number) => {
    const scale = Math.sqrt(2 / (inputs + outputs));
    const start = Float32Array.from({ length: inputs * outputs }, () => scale * random.normal());
    return {
      weights: tf.variable(tf.tensor2d(start, [inputs, outputs])),
      biases: tf.variable(tf.zeros([1, outputs])),
    };
  };
  const layers = [layer(1, width), layer(width, width), layer(width, 1)];

  // u, u′ and u″ go through the layers together: by the chain rule, with first derivatives of the
  // losses left for the engine to take.
  const network = (x: Tensor): Jet => {
    let jet: Jet = { value: x, slope: tf.onesLike(x), curvature: tf.zerosLike(x) };
    for (const [index, { weights, biases }] of layers.entries()) {
      const value = tf.add(tf.matMul(jet.value, weights), biases);
      const slope = tf.matMul(jet.slope, weights);
      const curvature = tf.matMul(jet.curvature, weights);
      if (index === layers.length - 1) return { value, slope, curvature };
      // h = tanh z: h′ = (1 − h²) z′, h″ = (1 − h²) z″ − 2 h h′ z′.
      const h = tf.tanh(value);
      const gain = tf.sub(1, tf.square(h));
      const h1 = tf.mul(gain, slope);
      const h2 = tf.sub(tf.mul(gain, curvature), tf.mul(2, tf.mul(h, tf.mul(h1, slope))));
      jet = { value: h, slope: h1, curvature: h2 };
    }
    return jet;
  };

  const measured = createRandom(measurementSeed, 'measurements');
  const xs = Array.from({ length: measurements }, () => 2 * measured.uniform() - 1);
  const ys = xs.map((x) => Math.sin(Math.PI * x) + noise * measured.normal());
  const where = tf.tensor2d(xs, [measurements, 1]);
  const seen = tf.tensor2d(ys, [measurements, 1]);
  const ends = tf.tensor2d([-1, 1], [2, 1]);
  const grid = tf.reshape(tf.linspace(-1, 1, 201), [201, 1]);
  const truth = tf.sin(tf.mul(Math.PI, grid));

  return {
    groups: { [sharedGroup]: layers.flatMap(({ weights, biases }) => [weights, biases]) },

    batch(draw) {
      const drawn = Float32Array.from({ length: points }, () => 2 * draw.uniform() - 1);
      return { points: tf.tensor2d(drawn, [points, 1]) };
    },

    losses(batch) {
      const source = tf.mul(Math.PI ** 2, tf.sin(tf.mul(Math.PI, batch.points)));
      const residual = tf.add(network(batch.points).curvature, source);
      return {
        data: tf.mean(tf.squaredDifference(network(where).value, seen)),
        residual: tf.mean(tf.square(tf.div(residual, Math.PI ** 2))),
        boundary: tf.mean(tf.square(network(ends).value)),
      };
    },

    /** ‖u − sin πx‖ / ‖sin πx‖ on a grid: 0 is perfect, 1 is no better than 0 everywhere. */
    evaluate() {
      const error = tf.sum(tf.squaredDifference(network(grid).value, truth));
      return { relative_error: tf.sqrt(tf.div(error, tf.sum(tf.square(truth)))) };
    },
  };
}
