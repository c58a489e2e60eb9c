import { drawn, drawnIntegers, floats, type KernelCase, specialFloats } from '../kernelCase.ts';

const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Batches of a and of b that broadcast. */
const batches: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[1], [1]],
  [[3], [3]],
  [[3], [1]],
  [[1], [3]],
  [
    [2, 3],
    [2, 3],
  ],
];

/** The shape of a factor, or of one that is going to be transposed. */
function factor(
  batch: readonly number[],
  [rows, columns]: readonly [number, number],
  transposed: boolean,
): readonly number[] {
  return transposed ? [...batch, columns, rows] : [...batch, rows, columns];
}

function product(
  [batchA, batchB]: readonly [readonly number[], readonly number[]],
  [transposeA, transposeB]: readonly [boolean, boolean],
): readonly KernelCase[] {
  const shapeA = factor(batchA, [4, 5], transposeA);
  const shapeB = factor(batchB, [5, 2], transposeB);
  return [drawn, drawnIntegers].map((draw) => ({
    kernel: 'BatchMatMul',
    title: `[${shapeA}] by [${shapeB}], transposed ${[transposeA, transposeB]}, ${draw.name}`,
    inputs: { a: draw(shapeA, { seed: 1 }), b: draw(shapeB, { seed: 2 }) },
    attributes: { transposeA, transposeB },
    tolerance: 1e-5,
  }));
}

const products: readonly KernelCase[] = batches.flatMap((pair) =>
  flags.flatMap((transposed) => product(pair, transposed)),
);

const fused: readonly KernelCase[] = [
  ...['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'].map((activation) => ({
    title: `${activation} with a bias`,
    activation,
    bias: drawn([2], { seed: 3 }),
    a: [1, 4, 5],
    b: [1, 5, 2],
  })),
  { title: 'without a bias', activation: 'relu', bias: undefined, a: [1, 4, 5], b: [1, 5, 2] },
  {
    title: 'a bias per element',
    activation: 'relu',
    bias: drawn([4, 2], { seed: 3 }),
    a: [1, 4, 5],
    b: [1, 5, 2],
  },
  {
    title: 'one bias',
    activation: 'relu',
    bias: drawn([], { seed: 3 }),
    a: [1, 4, 5],
    b: [1, 5, 2],
  },
  {
    title: 'one bias of two dimensions',
    activation: 'relu',
    bias: drawn([1, 1], { seed: 3 }),
    a: [1, 4, 5],
    b: [1, 5, 2],
  },
  {
    title: 'a batch',
    activation: 'relu',
    bias: drawn([2], { seed: 3 }),
    a: [3, 4, 5],
    b: [3, 5, 2],
  },
  {
    title: 'a batch by one',
    activation: 'elu',
    bias: drawn([2], { seed: 3 }),
    a: [3, 4, 5],
    b: [1, 5, 2],
  },
].map(({ title, activation, bias, a, b }) => ({
  kernel: '_FusedMatMul',
  title,
  inputs: { a: drawn(a), b: drawn(b, { seed: 2 }), ...(bias ? { bias } : {}) },
  attributes: { transposeA: false, transposeB: false, activation, leakyreluAlpha: 0.3 },
  tolerance: 1e-5,
}));

export const productCases: readonly KernelCase[] = [
  ...products,
  ...fused,
  {
    kernel: '_FusedMatMul',
    title: 'prelu, transposed',
    inputs: {
      a: drawn([1, 5, 4]),
      b: drawn([1, 2, 5], { seed: 2 }),
      bias: drawn([2]),
      preluActivationWeights: drawn([2], { seed: 4 }),
    },
    attributes: { transposeA: true, transposeB: true, activation: 'prelu' },
    tolerance: 1e-5,
  },
  {
    kernel: 'BatchMatMul',
    title: 'over no elements',
    inputs: { a: floats([], [2, 0]), b: floats([], [0, 3]) },
    attributes: { transposeA: false, transposeB: false },
  },
  {
    kernel: 'BatchMatMul',
    title: 'what is not a number',
    inputs: { a: floats(specialFloats, [4, 4]), b: drawn([4, 2]) },
    attributes: { transposeA: false, transposeB: false },
    tolerance: 1e-5,
  },
  ...[
    {
      equation: 'ij,jk->ik',
      shapes: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      equation: 'bhid,bhjd->bhij',
      shapes: [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
      ],
    },
    { equation: 'ij->ji', shapes: [[2, 3]] },
    { equation: 'ij->', shapes: [[2, 3]] },
    { equation: 'i,j->ij', shapes: [[2], [3]] },
    { equation: 'ij, j -> i', shapes: [[2, 3], [3]] },
  ].map(({ equation, shapes }) => ({
    kernel: 'Einsum',
    title: equation,
    inputs: shapes.map((shape, index) => drawn(shape, { seed: index + 1 })),
    attributes: { equation },
    tolerance: 1e-5,
  })),
  {
    kernel: 'Softmax',
    title: 'rows',
    inputs: { logits: drawn([3, 7]) },
    attributes: { dim: -1 },
    tolerance: 1e-6,
  },
  {
    kernel: 'Softmax',
    title: 'rows with infinities and no number',
    inputs: {
      logits: floats(
        [
          [1, Number.NaN, 3],
          [Number.NEGATIVE_INFINITY, 1, 2],
          [Number.POSITIVE_INFINITY, 1, 2],
          Array(3).fill(Number.NEGATIVE_INFINITY),
          [1e30, 1, 2],
        ].flat(),
        [5, 3],
      ),
    },
    attributes: { dim: 1 },
    tolerance: 1e-6,
  },
  ...[true, false].map((whole) => ({
    kernel: 'FusedBatchNorm',
    title: whole ? 'scaled and moved' : 'centred',
    inputs: {
      x: drawn([2, 3, 2, 4]),
      mean: drawn([4], { seed: 2 }),
      variance: drawn([4], { seed: 3, low: 0.1 }),
      ...(whole ? { scale: drawn([4], { seed: 4 }), offset: drawn([4], { seed: 5 }) } : {}),
    },
    attributes: { varianceEpsilon: 0.001 },
    tolerance: 1e-5,
  })),
];
