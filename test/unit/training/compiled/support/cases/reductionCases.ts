import {
  booleans,
  drawn,
  drawnIntegers,
  floats,
  type Given,
  type KernelCase,
  rounded,
} from '../kernelCase.ts';

const axisSets: readonly (number | readonly number[] | undefined)[] = [
  undefined,
  [],
  0,
  [-1],
  [0, 2],
  [1],
  [0, 1, 2],
];

/** Each set of axes, with and without dimensions of 1 in their place. */
function overAxes(
  kernel: string,
  x: Given,
  { axisName = 'axis', tolerance = 0 }: { axisName?: string; tolerance?: number } = {},
): readonly KernelCase[] {
  return axisSets.flatMap((axis) =>
    [true, false].map((keepDims) => ({
      kernel,
      title: `${x.dtype} [${x.shape}] over ${axis ?? 'all'}${keepDims ? ', kept' : ''}`,
      inputs: { x },
      attributes: { [axisName]: axis, keepDims },
      tolerance,
    })),
  );
}

const missing = floats(
  [
    1,
    Number.NaN,
    3,
    Number.NaN,
    5,
    6,
    7,
    8,
    9,
    Number.NEGATIVE_INFINITY,
    2,
    Number.POSITIVE_INFINITY,
  ],
  [4, 3],
);
const truths = booleans([1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], [2, 2, 3]);

const extremes: readonly KernelCase[] = (
  [
    ['Max', 'reductionIndices'],
    ['Min', 'axis'],
  ] as const
).flatMap(([kernel, axisName]) => [
  ...overAxes(kernel, drawn([2, 1, 5]), { axisName }),
  ...overAxes(kernel, drawnIntegers([2, 3, 2]), { axisName }),
  ...overAxes(kernel, truths, { axisName }),
  ...[[0], [1], [0, 1]].map((axes) => ({
    kernel,
    title: `what is not a number, over ${axes}`,
    inputs: { x: missing },
    attributes: { [axisName]: axes, keepDims: false },
  })),
]);

const scans: readonly KernelCase[] = ['Cumsum', 'Cumprod'].flatMap((kernel) =>
  [true, false].flatMap((exclusive) =>
    [true, false].flatMap((reverse) =>
      [0, 1].flatMap((axis) =>
        [drawn([3, 5], { low: 0.5 }), drawnIntegers([2, 7], { low: 1, high: 3 })].map((x) => ({
          kernel,
          title: `${x.dtype} along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`,
          inputs: { x },
          attributes: { axis, exclusive, reverse },
          tolerance: 1e-6,
        })),
      ),
    ),
  ),
);

export const reductionCases: readonly KernelCase[] = [
  ...extremes,
  ...scans,
  ...['Sum', 'Mean'].flatMap((kernel) => [
    ...overAxes(kernel, drawn([2, 1, 5]), { tolerance: 1e-6 }),
    ...overAxes(kernel, drawn([2, 3, 4]), { tolerance: 1e-6 }),
    ...overAxes(kernel, drawnIntegers([2, 3, 2]), { tolerance: 1e-6 }),
    ...overAxes(kernel, truths, { tolerance: 1e-6 }),
    {
      kernel,
      title: 'over no elements',
      inputs: { x: floats([], [0, 3]) },
      attributes: { axis: [0], keepDims: false },
    },
    {
      kernel,
      title: 'what is not a number',
      inputs: { x: missing },
      attributes: { axis: [1], keepDims: false },
    },
  ]),
  ...overAxes('Prod', drawn([2, 2, 3]), { tolerance: rounded }),
  ...overAxes('Prod', drawnIntegers([2, 2, 3], { low: -3, high: 3 })),
  ...overAxes('Prod', truths),
  ...overAxes('All', truths),
  ...overAxes('Any', truths),
  ...['ArgMax', 'ArgMin'].flatMap((kernel) =>
    [
      drawn([4, 5]),
      drawnIntegers([4, 5], { low: 0, high: 2 }),
      booleans([0, 1, 1, 1, 0, 0], [2, 3]),
      missing,
    ].flatMap((x) =>
      [0, 1, -1].map((axis) => ({
        kernel,
        title: `${x.dtype} [${x.shape}] along ${axis}`,
        inputs: { x },
        attributes: { axis },
      })),
    ),
  ),
];
