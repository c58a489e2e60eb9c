/** A rule for one step of an ordinary differential equation. */
export type RolloutScheme = 'euler' | 'midpoint' | 'heun' | 'seed-midtime';

/**
 * Integrates dx/dt = velocity(x, t) from t = 0 to 1 in `steps` equal steps. Euler is of order 1, midpoint and
 * Heun of order 2. 'seed-midtime' is seed 004's `rollout_euler`: the time of the middle with the state of
 * the beginning, neither Euler nor midpoint, of order 1 and off the path it was trained on.
 */
export function rollout(
  start: number,
  steps: number,
  scheme: RolloutScheme,
  velocity: (x: number, t: number) => number,
): number {
  const width = 1 / steps;
  let x = start;
  for (let step = 0; step < steps; step += 1) {
    x += width * increments[scheme](x, step * width, width, velocity);
  }
  return x;
}

type Increment = (
  x: number,
  t: number,
  width: number,
  velocity: (x: number, t: number) => number,
) => number;

const increments: Readonly<Record<RolloutScheme, Increment>> = {
  euler: (x, t, _width, velocity) => velocity(x, t),
  midpoint: (x, t, width, velocity) => velocity(x + (width / 2) * velocity(x, t), t + width / 2),
  heun(x, t, width, velocity) {
    const first = velocity(x, t);
    return (first + velocity(x + width * first, t + width)) / 2;
  },
  'seed-midtime': (x, t, width, velocity) => velocity(x, t + width / 2),
};
