import { median } from './median.ts';

/** More points than this are thinned out evenly: the number of pairs grows with the square. */
const mostPoints = 300;

/**
 * The slope of y over x by Theil (1950) and Sen (1968): the median of the slopes of all pairs of
 * points, which a few outliers do not move. NaN with fewer than two different x.
 */
export function robustSlope(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const count = Math.min(x.length, y.length);
  const stride = Math.max(1, Math.ceil(count / mostPoints));
  const slopes: number[] = [];
  for (let first = 0; first < count; first += stride) {
    for (let second = first + stride; second < count; second += stride) {
      slopes.push(slopeBetween(x, y, first, second));
    }
  }
  return median(slopes.filter(Number.isFinite));
}

/** Not finite where the two points have the same x. */
function slopeBetween(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  first: number,
  second: number,
): number {
  const run = (x[second] ?? Number.NaN) - (x[first] ?? Number.NaN);
  return ((y[second] ?? Number.NaN) - (y[first] ?? Number.NaN)) / run;
}
