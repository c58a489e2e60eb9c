import {
  booleans,
  drawn,
  drawnIntegers,
  floats,
  integers,
  type KernelCase,
} from '../kernelCase.ts';

const gathers: readonly KernelCase[] = [
  { title: 'rows', x: drawn([4, 3]), indices: integers([3, 0, 0]), axis: 0, batchDims: 0 },
  { title: 'columns', x: drawn([4, 3]), indices: integers([2, 0]), axis: -1, batchDims: 0 },
  {
    title: 'a matrix of places',
    x: drawnIntegers([4, 3]),
    indices: integers([0, 3, 1, 2], [2, 2]),
    axis: 0,
    batchDims: 0,
  },
  { title: 'one row', x: drawn([4, 3]), indices: integers([2], []), axis: 0, batchDims: 0 },
  { title: 'booleans', x: booleans([1, 0, 1]), indices: integers([2, 1]), axis: 0, batchDims: 0 },
  {
    title: 'in a batch',
    x: drawn([2, 4, 3]),
    indices: integers([3, 0, 1, 1], [2, 2]),
    axis: 1,
    batchDims: 1,
  },
  {
    title: 'in a batch, behind another axis',
    x: drawn([2, 3, 4, 2]),
    indices: integers([3, 0, 1, 1], [2, 2]),
    axis: 2,
    batchDims: 1,
  },
].map(({ title, x, indices, axis, batchDims }) => ({
  kernel: 'GatherV2',
  title,
  inputs: { x, indices },
  attributes: { axis, batchDims },
}));

const scattered = { indices: integers([3, 0, 3], [3, 1]), updates: drawn([3, 2]) };

const scatters: readonly KernelCase[] = [
  {
    kernel: 'ScatterNd',
    title: 'rows, one twice',
    inputs: scattered,
    attributes: { shape: [4, 2] },
  },
  {
    kernel: 'ScatterNd',
    title: 'elements of integers',
    inputs: { indices: integers([0, 1, 1, 0, 0, 1], [3, 2]), updates: integers([5, 6, 7]) },
    attributes: { shape: [2, 2] },
  },
  {
    kernel: 'ScatterNd',
    title: 'blocks in three dimensions',
    inputs: { indices: integers([0, 1, 2, 0], [2, 2]), updates: drawn([2, 2]) },
    attributes: { shape: [3, 2, 2] },
  },
  {
    kernel: 'TensorScatterUpdate',
    title: 'rows',
    inputs: { tensor: drawn([4, 2]), indices: integers([3, 0], [2, 1]), updates: drawn([2, 2]) },
  },
  {
    kernel: 'SparseToDense',
    title: 'numbers between a default',
    inputs: {
      sparseIndices: integers([0, 2]),
      sparseValues: floats([1, 2]),
      defaultValue: floats([9], []),
    },
    attributes: { outputShape: [4] },
  },
  {
    kernel: 'SparseToDense',
    title: 'one number in many places',
    inputs: {
      sparseIndices: integers([0, 1, 2, 0], [2, 2]),
      sparseValues: integers([5], []),
      defaultValue: integers([0], []),
    },
    attributes: { outputShape: [3, 2] },
  },
];

const segments: readonly KernelCase[] = [
  { title: 'rows', x: drawn([5, 3]), ids: [0, 2, 0, 1, 2], count: 4 },
  { title: 'numbers', x: drawn([5]), ids: [0, 2, 0, 1, 2], count: 3 },
  { title: 'blocks', x: drawn([3, 2, 2]), ids: [1, 1, 0], count: 2 },
  { title: 'rows of no segment', x: drawn([4, 3]), ids: [-1, 0, 7, 1], count: 2 },
  {
    title: 'infinite rows of no segment',
    x: floats([Number.POSITIVE_INFINITY, 1, 2]),
    ids: [9, 0, 1],
    count: 2,
  },
  { title: 'integers', x: drawnIntegers([4]), ids: [1, 0, 1, 1], count: 2 },
]
  .flatMap(({ title, x, ids, count }) =>
    [[], ['segmentIds']].map((constants) => ({
      kernel: 'UnsortedSegmentSum',
      title: `${title}${constants.length > 0 ? ', known' : ''}`,
      inputs: { x, segmentIds: integers(ids) },
      attributes: { numSegments: count },
      constants,
      tolerance: 1e-6,
    })),
  )
  .filter(
    // TensorFlow.js on the CPU multiplies what it leaves out by 0, and infinity does not go away so.
    ({ title }) => !title.startsWith('infinite'),
  );

export const indexingCases: readonly KernelCase[] = [
  ...gathers,
  ...scatters,
  ...segments,
  {
    kernel: 'GatherNd',
    title: 'elements',
    inputs: { params: drawn([3, 4]), indices: integers([0, 1, 2, 3], [2, 2]) },
  },
  {
    kernel: 'GatherNd',
    title: 'rows of integers',
    inputs: { params: drawnIntegers([3, 4]), indices: integers([2, 0], [2, 1]) },
  },
  ...[
    { depth: 4, onValue: 1, offValue: 0, dtype: 'float32' },
    { depth: 4, onValue: 1, offValue: 0, dtype: 'int32' },
    { depth: 3, onValue: 0.9, offValue: 0.05, dtype: 'float32' },
  ].map((attributes) => ({
    kernel: 'OneHot',
    title: JSON.stringify(attributes),
    inputs: { indices: integers([0, 3, -1, 2, 9, 1], [2, 3]) },
    attributes,
  })),
  ...[drawn([3, 7]), drawnIntegers([3, 7], { low: 0, high: 3 }), floats([2, 1, 2, 3])].flatMap(
    (x) =>
      [1, 3].map((k) => ({
        kernel: 'TopK',
        title: `${k} of ${x.dtype} [${x.shape}]`,
        inputs: { x },
        attributes: { k, sorted: true },
      })),
  ),
];
