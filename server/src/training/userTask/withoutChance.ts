/**
 * Runs a user's function in which `Math.random` throws, as do the functions of TensorFlow.js that
 * draw without a seed: a run that used it could be neither repeated, nor resumed, nor compared with
 * one of the same seed.
 */
export function withoutChance<T>(run: () => T): T {
  const draw = Math.random;
  Math.random = () => {
    throw new Error(
      'It draws with Math.random (so does tf.random… without a seed), which no seed repeats. Draw with the random that create and batch are given.',
    );
  };
  try {
    return run();
  } finally {
    Math.random = draw;
  }
}
