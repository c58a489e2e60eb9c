import { expect, test } from 'vitest';

import { expectCost } from '../../../server/src/ablation/cost.ts';

const facts = [
  { steps: 100, seconds: 10, bytes: 1000 },
  { steps: 200, seconds: 60, bytes: 4000 },
  { steps: 100, seconds: 20, bytes: undefined },
];

test('the median time of a step times the steps', () => {
  // 0.1, 0.3 and 0.2 seconds a step; 10 and 20 bytes.
  expect(expectCost(facts, { runs: 6, totalSteps: 600 })).toEqual({
    seconds: 120,
    bytes: 9000,
    basis: 3,
  });
});

test('the median of a run times the runs, where steps are not known', () => {
  expect(expectCost(facts, { runs: 6, totalSteps: undefined })).toEqual({
    seconds: 120,
    bytes: 15_000,
    basis: 3,
  });
  const untold = facts.map((fact) => ({ ...fact, steps: undefined }));
  expect(expectCost(untold, { runs: 2, totalSteps: 600 }).seconds).toBe(40);
});

test('runs at a time share the time and not the disk, as far as there are some', () => {
  const ahead = { runs: 6, totalSteps: 600 };
  expect(expectCost(facts, { ...ahead, atOnce: 4 })).toMatchObject({ seconds: 30, bytes: 9000 });
  expect(expectCost(facts, { ...ahead, atOnce: 60 }).seconds).toBe(20);
});

test('only the newest five tell', () => {
  const old = Array.from({ length: 9 }, () => ({ steps: 1, seconds: 1000, bytes: 1 }));
  const young = Array.from({ length: 5 }, () => ({ steps: 1, seconds: 1, bytes: 1 }));
  expect(expectCost([...young, ...old], { runs: 1, totalSteps: 1 }).seconds).toBe(1);
});

test('nothing is said where no run has finished', () => {
  expect(expectCost([], { runs: 6, totalSteps: 600 })).toEqual({ basis: 0 });
});
