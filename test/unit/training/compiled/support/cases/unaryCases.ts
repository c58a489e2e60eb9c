import {
  booleans,
  drawn,
  drawnIntegers,
  floats,
  integers,
  type KernelCase,
  rounded,
  specialFloats,
} from '../kernelCase.ts';

/** Kernels of one tensor that are computed as real numbers, with a tolerance for float32. */
const real: readonly (readonly [kernel: string, attributes?: Record<string, unknown>])[] = [
  ['Acos'],
  ['Acosh'],
  ['Asin'],
  ['Asinh'],
  ['Atan'],
  ['Atanh'],
  ['Cos'],
  ['Cosh'],
  ['Elu'],
  ['Erf'],
  ['Exp'],
  ['Expm1'],
  ['LeakyRelu', { alpha: 0.1 }],
  ['Log'],
  ['Log1p'],
  ['Reciprocal'],
  ['Rsqrt'],
  ['Selu'],
  ['Sigmoid'],
  ['Sin'],
  ['Sinh'],
  ['Softplus'],
  ['Sqrt'],
  ['Tan'],
  ['Tanh'],
];

/** Kernels of one tensor whose result is exact. */
const exact: readonly (readonly [kernel: string, attributes?: Record<string, unknown>])[] = [
  ['Abs'],
  ['Ceil'],
  ['ClipByValue', { clipValueMin: -1, clipValueMax: 1.5 }],
  ['Floor'],
  ['Identity'],
  ['Neg'],
  ['OnesLike'],
  ['Relu'],
  ['Relu6'],
  ['Round'],
  ['Sign'],
  ['Square'],
  ['Step', { alpha: 0 }],
  ['Step', { alpha: 0.5 }],
  ['ZerosLike'],
];

const questions = ['IsFinite', 'IsInf', 'IsNan'];

function onFloats(
  [kernel, attributes = {}]: readonly [string, Record<string, unknown>?],
  tolerance: number,
): readonly KernelCase[] {
  const base = { kernel, attributes, tolerance };
  return [
    { ...base, title: 'special floats', inputs: { x: floats(specialFloats, [4, 4]) } },
    { ...base, title: 'drawn floats', inputs: { x: drawn([3, 1, 7]) } },
    { ...base, title: 'one float', inputs: { x: floats([0.25], []) } },
    { ...base, title: 'no floats', inputs: { x: floats([], [0, 2]) } },
  ];
}

/** NaN in each lane of a vectorised loop. */
const poisoned: readonly KernelCase[] = ['ClipByValue', 'Relu', 'Relu6', 'Step'].map((kernel) => ({
  kernel,
  title: 'what is not a number between numbers',
  attributes: { alpha: 0, clipValueMin: -1, clipValueMax: 1 },
  inputs: {
    x: floats(
      Array.from({ length: 67 }, (_, index) => (index % 5 === 0 ? Number.NaN : index - 33)),
    ),
  },
}));

export const unaryCases: readonly KernelCase[] = [
  ...real.flatMap((entry) => onFloats(entry, rounded)),
  ...exact.flatMap((entry) => onFloats(entry, 0)),
  ...questions.flatMap((kernel) => onFloats([kernel], 0)),
  ...poisoned,
  ...exact.map(([kernel, attributes = {}]) => ({
    kernel,
    attributes,
    title: 'integers',
    inputs: { x: integers([-4095, -7, -1, 0, 1, 2, 7, 4095]) },
  })),
  { kernel: 'Exp', title: 'integers', inputs: { x: drawnIntegers([5]) }, tolerance: rounded },
  { kernel: 'LogicalNot', title: 'booleans', inputs: { x: booleans([1, 0, 0, 1], [2, 2]) } },
  {
    kernel: 'ClipByValue',
    title: 'integers within fractions',
    attributes: { clipValueMin: -1.5, clipValueMax: Number.POSITIVE_INFINITY },
    inputs: { x: integers([-3, -2, -1, 0, 1, 100]) },
  },
  {
    kernel: 'Log1p',
    title: 'tiny floats',
    inputs: { x: floats([1e-10, -1e-10, 3e-8, -3e-8, 1e-4, -1e-4, 0.4999, 0.5, 0.5001, 1e30]) },
    tolerance: rounded,
  },
  ...['Float', 'Integer', 'Boolean'].flatMap((from) =>
    (['float32', 'int32', 'bool'] as const).map((dtype) => ({
      kernel: 'Cast',
      title: `${from} to ${dtype}`,
      attributes: { dtype },
      inputs: {
        x:
          {
            Float: floats([0, -0, 0.4, -0.4, 1.9, -1.9, 1e6]),
            Integer: integers([0, 5, -5]),
            Boolean: booleans([0, 1]),
          }[from] ?? floats([]),
      },
    })),
  ),
];
