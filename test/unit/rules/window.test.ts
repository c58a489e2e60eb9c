import { describe, expect, it } from 'vitest';

import { latestOf } from '../../../server/src/rules/window.ts';

describe('the latest values of a series', () => {
  it('are its last ones, oldest first', () => {
    expect(latestOf({ steps: [0, 1, 2, 3], values: [5, 6, 7, 8] }, 3)).toEqual([6, 7, 8]);
    expect(latestOf(undefined, 3)).toEqual([]);
  });

  it('leave out what a restart superseded', () => {
    const steps = [0, 10, 20, 30, 40, 20, 30];
    const values = [1, 2, 3, 4, 5, 0.5, 0.4];
    expect(latestOf({ steps, values }, 5)).toEqual([1, 2, 0.5, 0.4]);
  });

  it('keep both values of a step that was logged twice', () => {
    expect(latestOf({ steps: [0, 1, 1, 2], values: [1, 2, 3, 4] }, 4)).toEqual([1, 2, 3, 4]);
  });

  it('take points without a step as they came', () => {
    const { NaN: none } = Number;
    expect(latestOf({ steps: [none, none, none], values: [1, none, 3] }, 2)).toEqual([none, 3]);
  });

  it('look no farther back than twenty times as many points', () => {
    const old = Array.from({ length: 100 }, (_, index) => index + 1000);
    const steps = [0, ...old, 5];
    expect(latestOf({ steps, values: steps }, 2)).toEqual([5]);
    expect(latestOf({ steps, values: steps }, 10)).toEqual([0, 5]);
  });
});
