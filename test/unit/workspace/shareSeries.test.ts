import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { SeriesView } from '../../../server/src/rules/rule.ts';
import { ShareSeries } from '../../../server/src/workspace/shareSeries.ts';

const parts = [
  { term: 'a', factor: 2 },
  { term: 'b', factor: -1 },
];

function read(shares: ShareSeries, term: string) {
  const series = shares.series(term);
  return series && { steps: [...series.steps], values: [...series.values] };
}

describe('ShareSeries', () => {
  it('divides the weighted sizes at the steps that all terms have', () => {
    const sources: Record<string, SeriesView> = {
      a: { steps: [0, 10, 20], values: [1, 1, 3] },
      b: { steps: [0, 20, 30], values: [2, 2, 9] },
    };
    const shares = new ShareSeries(parts);
    shares.update((term) => sources[term]);
    expect(read(shares, 'a')).toEqual({ steps: [0, 20], values: [0.5, 0.75] });
    expect(read(shares, 'b')).toEqual({ steps: [0, 20], values: [0.5, 0.25] });
  });

  it('has no series while a term is missing', () => {
    const shares = new ShareSeries(parts);
    shares.update((term) => (term === 'a' ? { steps: [0], values: [1] } : undefined));
    expect(shares.series('a')).toBeUndefined();
  });

  it('keeps NaN visible and does not stop at logs without steps', () => {
    const shares = new ShareSeries(parts);
    const nothing = Number.NaN;
    shares.update((term) =>
      term === 'a'
        ? { steps: [nothing, nothing], values: [1, nothing] }
        : { steps: [nothing, nothing], values: [2, 1] },
    );
    expect(read(shares, 'a')?.values).toEqual([0.5, nothing]);
  });

  it('is the same whether it grows point by point or is read at once', () => {
    const points = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(points, points, (first, second) => {
        const view = (values: number[], length: number): SeriesView => ({
          steps: values.slice(0, length).map((_, index) => index),
          values: values.slice(0, length),
        });
        const whole = new ShareSeries(parts);
        whole.update((term) => view(term === 'a' ? first : second, 30));
        const grown = new ShareSeries(parts);
        for (let length = 0; length <= 30; length += 1) {
          grown.update((term) => view(term === 'a' ? first : second, length));
        }
        expect(read(grown, 'a')).toEqual(read(whole, 'a'));
      }),
    );
  });
});
