import {
  booleans,
  drawn,
  drawnIntegers,
  floats,
  type Given,
  integers,
  type KernelCase,
  rounded,
  specialFloats,
} from '../kernelCase.ts';

const arithmetic = [
  'Add',
  'Maximum',
  'Minimum',
  'Multiply',
  'RealDiv',
  'SquaredDifference',
  'Sub',
] as const;
const comparisons = ['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'] as const;

const broadcasts: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], []],
  [[], [4]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[3], [2, 3]],
  [
    [0, 3],
    [1, 3],
  ],
];

/** Each special float with each. */
const pairs = {
  a: floats(specialFloats.flatMap((a) => specialFloats.map(() => a))),
  b: floats(specialFloats.flatMap(() => specialFloats)),
};

function broadcastCases(kernel: string, tolerance: number): readonly KernelCase[] {
  return broadcasts.map(([first, second]) => ({
    kernel,
    title: `[${first}] with [${second}]`,
    inputs: { a: drawn(first, { seed: 1, low: 0.5 }), b: drawn(second, { seed: 2, low: 0.5 }) },
    tolerance,
  }));
}

/** Dividends and divisors of every sign, 0 and the extremes among them. */
const divisionPairs = ((): { a: Given; b: Given } => {
  const dividends = [-2147483648, -7, -6, -1, 0, 1, 6, 7, 2147483647];
  const divisors = [-3, -2, -1, 0, 1, 2, 3];
  return {
    a: integers(dividends.flatMap((a) => divisors.map(() => a))),
    b: integers(dividends.flatMap(() => divisors)),
  };
})();

const logic = { a: booleans([0, 0, 1, 1], [2, 2]), b: booleans([0, 1], [2]) };

const select: readonly KernelCase[] = [
  { title: 'floats', t: drawn([2, 3]), e: drawn([2, 3], { seed: 2 }) },
  {
    title: 'what is no number beside numbers',
    t: floats([1, 2, 3, 4, 5, 6], [2, 3]),
    e: floats(Array(6).fill(Number.NaN), [2, 3]),
  },
  { title: 'integers', t: drawnIntegers([2, 3]), e: drawnIntegers([2, 3], { seed: 2 }) },
  {
    title: 'booleans',
    t: booleans([1, 1, 1, 0, 0, 0], [2, 3]),
    e: booleans([0, 1, 0, 1, 0, 1], [2, 3]),
  },
  { title: 'integers or floats', t: drawnIntegers([2, 3]), e: drawn([2, 3]) },
].map(({ title, t, e }) => ({
  kernel: 'Select',
  title,
  inputs: { condition: booleans([1, 0, 0, 1, 1, 0], [2, 3]), t, e },
}));

export const binaryCases: readonly KernelCase[] = [
  ...arithmetic.flatMap((kernel) => broadcastCases(kernel, 1e-7)),
  ...[...arithmetic, ...comparisons].flatMap((kernel) => [
    { kernel, title: 'special floats', inputs: pairs, tolerance: 3e-7 },
    {
      kernel,
      title: 'integers',
      inputs: { a: drawnIntegers([3, 4]), b: drawnIntegers([4], { seed: 2, low: 1 }) },
    },
  ]),
  ...comparisons.flatMap((kernel) => [
    ...broadcastCases(kernel, 0),
    { kernel, title: 'booleans', inputs: logic },
  ]),
  { kernel: 'LogicalAnd', title: 'booleans', inputs: logic },
  { kernel: 'LogicalOr', title: 'booleans', inputs: logic },
  { kernel: 'Multiply', title: 'booleans', inputs: logic },
  {
    kernel: 'Add',
    title: 'a float and an integer',
    inputs: { a: floats([0.5, 1.5]), b: integers([1, 2]) },
  },
  ...broadcastCases('Atan2', rounded),
  { kernel: 'Atan2', title: 'special floats', inputs: pairs, tolerance: rounded },
  ...broadcastCases('FloorDiv', 0),
  { kernel: 'FloorDiv', title: 'integers', inputs: divisionPairs },
  {
    kernel: 'FloorDiv',
    title: 'a known divisor',
    inputs: { a: drawnIntegers([9]), b: integers([4], []) },
    constants: ['b'],
  },
  {
    kernel: 'FloorDiv',
    title: 'a known 0',
    inputs: { a: drawnIntegers([9]), b: integers([0], []) },
    constants: ['b'],
  },
  ...broadcastCases('Mod', 1e-6),
  { kernel: 'Mod', title: 'integers', inputs: divisionPairs },
  {
    kernel: 'Mod',
    title: 'floats of both signs, 0 and no number',
    inputs: {
      a: floats([-5.5, 5.5, -1e-10, 0, -0, 3, -3, Number.NaN, 4, -4, 1, -1], [12, 1]),
      b: floats([2, -2, 0.75, 0, Number.NaN]),
    },
    tolerance: 1e-6,
  },
  ...broadcastCases('Pow', rounded),
  {
    kernel: 'Pow',
    title: 'floats of both signs',
    inputs: {
      a: floats([-2, -1, -0.5, 0, 0.5, 2, Number.NaN], [7, 1]),
      b: floats([-2, -1, 0, 0.5, 2, 3]),
    },
    tolerance: rounded,
  },
  { kernel: 'Pow', title: 'integers', inputs: { a: drawnIntegers([8]), b: integers([2], []) } },
  ...[
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[3], [2, 3]],
  ].map(([x = [], alpha = []]) => ({
    kernel: 'Prelu',
    title: `[${x}] with slopes [${alpha}]`,
    inputs: { x: drawn(x), alpha: drawn(alpha, { seed: 2 }) },
    tolerance: 1e-7,
  })),
  {
    kernel: 'EluGrad',
    title: 'floats',
    inputs: {
      dy: drawn([2, 5]),
      y: floats([-0.9, -0.1, 0, 1, -1, 3, -0.5, Number.NaN, 0.2, -0.3], [2, 5]),
    },
    tolerance: 1e-7,
  },
  { kernel: 'AddN', title: 'one tensor', inputs: [drawn([3])] },
  {
    kernel: 'AddN',
    title: 'floats',
    inputs: [drawn([2, 3]), drawn([2, 3], { seed: 2 }), drawn([2, 3], { seed: 3 })],
  },
  {
    kernel: 'AddN',
    title: 'integers',
    inputs: [drawnIntegers([4]), drawnIntegers([4], { seed: 2 }), drawnIntegers([4], { seed: 3 })],
  },
  ...select,
];
