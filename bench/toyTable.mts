import { type ToyColumn, toyColumns } from './toyMethods.mts';
import { descend, type Point, starts, succeeded } from './toyProblem.mts';

/**
 * `npm run bench:toy`: how many of 5 starts each balancing method brings to the Pareto set of the toy problem
 * (Adam 1e-3, 50 000 steps), beside the published cell. Some paths run along the edge between two basins and
 * are just arriving at the end, so that rounding decides: each cell is also run with all starts moved
 * by ±1e-9, and counts as met when the published number is within the range. Fails where one is not.
 */
const steps = 50_000;
const scales = [0.1, 1] as const;
const shifts = [0, 1e-9, -1e-9, 2e-9] as const;

function show([x1, x2]: Point): string {
  return `(${x1.toFixed(2)}, ${x2.toFixed(2)})`;
}

function endsFrom(shift: number, scale: number, { create }: ToyColumn): readonly Point[] {
  return starts.map(([x1, x2]) => descend([x1 + shift, x2 - shift], scale, steps, create(scale)));
}

console.log('| method | scale | reached | with starts ±1e-9 | published | seconds | ends |');
console.log('|---|---|---|---|---|---|---|');
let differing = 0;
let outside = 0;
for (const column of toyColumns) {
  for (const [index, scale] of scales.entries()) {
    const began = performance.now();
    const runs = shifts.map((shift) => endsFrom(shift, scale, column));
    const seconds = (performance.now() - began) / 1000 / shifts.length;
    const reached = runs.map((ends) => ends.filter(succeeded).length);
    const published = column.published[index] ?? Number.NaN;
    const [least, most] = [Math.min(...reached), Math.max(...reached)];
    const met = reached[0] === published;
    if (!met) differing += 1;
    if (published < least || published > most) outside += 1;
    const range = least === most ? `${least}` : `${least} to ${most}`;
    const cells = [
      column.name,
      scale,
      `${reached[0]}/5${met ? '' : ' (differs)'}`,
      range,
      `${published}/5`,
      seconds.toFixed(1),
      (runs[0] ?? []).map(show).join(' '),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
const all = toyColumns.length * scales.length;
console.log(
  `\n${differing} of ${all} cells differ, ${outside} of them beyond what rounding decides.`,
);
process.exitCode = outside === 0 ? 0 : 1;
