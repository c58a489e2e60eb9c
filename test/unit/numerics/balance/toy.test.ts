import { describe, expect, it } from 'vitest';

import { toyColumns } from '../../../../bench/toyMethods.mts';
import { descend, readToy, starts, succeeded } from '../../../../bench/toyProblem.mts';

describe('the toy problem', () => {
  it('has the gradients of its losses', () => {
    const width = 1e-6;
    for (const [x1, x2] of [
      [-8.5, 7.5],
      [3.3, 0.4],
      [2, -3],
      [-7.5, -0.5],
    ] as const) {
      const { rows } = readToy([x1, x2], 0.1);
      for (const loss of [0, 1] as const) {
        const at = (a: number, b: number): number => readToy([a, b], 0.1).losses[loss];
        const by1 = (at(x1 + width, x2) - at(x1 - width, x2)) / (2 * width);
        const by2 = (at(x1, x2 + width) - at(x1, x2 - width)) / (2 * width);
        expect(rows[loss][0]).toBeCloseTo(by1, 6);
        expect(rows[loss][1]).toBeCloseTo(by2, 6);
      }
    }
  });

  // The whole table takes minutes: `npm run bench:toy`.
  it.each([
    ['sum', 0, 0.1],
    ['sum', 1, 1],
    ['MGDA', 1, 1],
  ] as const)(
    'is solved by %s as often as published (column %d, scale %d)',
    (name, column, scale) => {
      const method = toyColumns.find((candidate) => candidate.name === name);
      const ends = starts.map((start) =>
        descend(start, scale, 50_000, method?.create(scale) ?? (() => [])),
      );
      expect(ends.filter(succeeded)).toHaveLength(method?.published[column] ?? -1);
    },
  );
});
