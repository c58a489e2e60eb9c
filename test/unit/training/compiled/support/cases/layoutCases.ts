import { booleans, drawn, drawnIntegers, floats, type KernelCase } from '../kernelCase.ts';

/** A kernel that moves elements, on each kind of tensor. */
function moving(
  kernel: string,
  attributes: Readonly<Record<string, unknown>>,
  shape: readonly number[],
  name = 'x',
): readonly KernelCase[] {
  const title = `${JSON.stringify(attributes)} of [${shape}]`;
  const integers = drawnIntegers(shape);
  return [
    drawn(shape),
    integers,
    booleans(
      integers.values.map((value) => (value > 0 ? 1 : 0)),
      shape,
    ),
  ].map((given) => ({
    kernel,
    title: `${title} ${given.dtype}`,
    attributes,
    inputs: { [name]: given },
  }));
}

const strided = {
  begin: [0, 0],
  end: [0, 0],
  strides: [1, 1],
  beginMask: 0,
  endMask: 0,
  ellipsisMask: 0,
  newAxisMask: 0,
  shrinkAxisMask: 0,
};

const joins: readonly KernelCase[] = [
  {
    kernel: 'Concat',
    title: 'along 0',
    attributes: { axis: 0 },
    inputs: [drawn([2, 3]), drawn([1, 3], { seed: 2 })],
  },
  {
    kernel: 'Concat',
    title: 'along −1',
    attributes: { axis: -1 },
    inputs: [drawnIntegers([2, 3]), drawnIntegers([2, 1])],
  },
  {
    kernel: 'Concat',
    title: 'with nothing',
    attributes: { axis: 1 },
    inputs: [drawn([2, 3]), floats([], [2, 0]), drawn([2, 2])],
  },
  {
    kernel: 'Concat',
    title: 'one and nothing',
    attributes: { axis: 1 },
    inputs: [drawn([2, 3]), floats([], [2, 0])],
  },
  {
    kernel: 'Concat',
    title: 'booleans',
    attributes: { axis: 0 },
    inputs: [booleans([1, 0]), booleans([1])],
  },
  {
    kernel: 'Pack',
    title: 'along 0',
    attributes: { axis: 0 },
    inputs: [drawn([2, 3]), drawn([2, 3], { seed: 2 })],
  },
  {
    kernel: 'Pack',
    title: 'along 2',
    attributes: { axis: 2 },
    inputs: [drawn([2, 3]), drawn([2, 3], { seed: 2 })],
  },
  {
    kernel: 'Pack',
    title: 'scalars',
    attributes: { axis: 0 },
    inputs: [drawn([]), drawn([], { seed: 2 })],
  },
  { kernel: 'Pack', title: 'one', attributes: { axis: 1 }, inputs: [drawnIntegers([2])] },
];

const made: readonly KernelCase[] = [
  {
    kernel: 'Fill',
    title: 'small',
    inputs: {},
    attributes: { shape: [2, 3], value: 0.1, dtype: 'float32' },
  },
  {
    kernel: 'Fill',
    title: 'large',
    inputs: {},
    attributes: { shape: [50, 50], value: 7, dtype: 'int32' },
  },
  {
    kernel: 'Fill',
    title: 'of booleans',
    inputs: {},
    attributes: { shape: [2], value: true, dtype: 'bool' },
  },
  { kernel: 'Fill', title: 'of one', inputs: {}, attributes: { shape: [], value: 3 } },
  { kernel: 'LinSpace', title: 'up', inputs: {}, attributes: { start: 0, stop: 1, num: 11 } },
  { kernel: 'LinSpace', title: 'one', inputs: {}, attributes: { start: 2, stop: 1, num: 1 } },
  ...[
    { start: 0, stop: 5, step: 1, dtype: 'int32' },
    { start: 0, stop: 1, step: 0.1, dtype: 'float32' },
    { start: 5, stop: 0, step: 1, dtype: 'float32' },
    { start: 5, stop: 0, step: -2, dtype: 'int32' },
    { start: 3, stop: 3, step: 1, dtype: 'float32' },
    { start: 0, stop: 3, step: -1, dtype: 'float32' },
  ].map((attributes) => ({
    kernel: 'Range',
    title: JSON.stringify(attributes),
    inputs: {},
    attributes,
  })),
];

export const layoutCases: readonly KernelCase[] = [
  ...joins,
  ...made,
  ...moving('ExpandDims', { dim: 1 }, [2, 3], 'input'),
  ...moving('ExpandDims', { dim: -1 }, [2, 3], 'input'),
  ...moving('Reshape', { shape: [3, 2] }, [2, 3]),
  ...moving('Reshape', { shape: [] }, [1, 1]),
  {
    kernel: 'Reshape',
    title: 'nothing',
    attributes: { shape: [3, 0] },
    inputs: { x: floats([], [0, 2]) },
  },
  ...moving('Transpose', { perm: [1, 0] }, [2, 3]),
  ...moving('Transpose', { perm: [2, 0, 1] }, [2, 3, 4]),
  ...moving('Transpose', { perm: [1, 0, 2] }, [1, 3, 4]),
  ...moving('Transpose', { perm: [0, 2, 1] }, [2, 1, 1]),
  ...moving('Reverse', { dims: [0] }, [2, 3]),
  ...moving('Reverse', { dims: [-1, 0] }, [2, 3]),
  ...moving('Reverse', { dims: [] }, []),
  ...moving('Tile', { reps: [2, 3] }, [2, 3]),
  ...moving('Tile', { reps: [4, 1] }, [1, 3]),
  ...moving('Tile', { reps: [1, 1] }, [2, 3]),
  ...moving('SplitV', { numOrSizeSplits: 2, axis: 1 }, [3, 4]),
  ...moving('SplitV', { numOrSizeSplits: [1, 3], axis: -1 }, [3, 4]),
  ...moving('SplitV', { numOrSizeSplits: [1, -1], axis: 0 }, [3, 4]),
  ...moving('SplitV', { numOrSizeSplits: 1, axis: 0 }, [3, 4]),
  ...moving('Unpack', { axis: 0 }, [3, 2], 'value'),
  ...moving('Unpack', { axis: -1 }, [3, 2], 'value'),
  ...moving('Unpack', { axis: 0 }, [1, 2], 'value'),
  ...moving('Slice', { begin: [1, 0], size: [2, -1] }, [4, 3]),
  ...moving('Slice', { begin: 1, size: 2 }, [4]),
  ...moving('Slice', { begin: [0, 1], size: [4, 0] }, [4, 3]),
  ...moving('Slice', { begin: [0, 0], size: [4, 3] }, [4, 3]),
  ...moving('StridedSlice', { ...strided, begin: [1, 2], end: [4, 0], strides: [2, -1] }, [5, 3]),
  ...moving(
    'StridedSlice',
    { ...strided, end: [4, 3], beginMask: 1, endMask: 3, strides: [-1, 2] },
    [5, 3],
  ),
  ...moving('StridedSlice', { ...strided, begin: [-2, 0], end: [5, 2], shrinkAxisMask: 1 }, [5, 3]),
  ...moving('StridedSlice', { ...strided, begin: [0, 1], end: [0, 2], ellipsisMask: 1 }, [2, 3, 4]),
  ...moving('StridedSlice', { ...strided, begin: [0, 1], end: [0, 2], newAxisMask: 1 }, [3, 4]),
  ...moving(
    'PadV2',
    {
      paddings: [
        [1, 0],
        [0, 2],
      ],
      constantValue: 1,
    },
    [2, 3],
  ),
  ...moving(
    'PadV2',
    {
      paddings: [
        [0, 0],
        [0, 0],
      ],
      constantValue: 1,
    },
    [2, 3],
  ),
  ...moving(
    'MirrorPad',
    {
      paddings: [
        [1, 1],
        [0, 2],
      ],
      mode: 'reflect',
    },
    [2, 3],
  ),
  ...moving(
    'MirrorPad',
    {
      paddings: [
        [2, 1],
        [0, 3],
      ],
      mode: 'symmetric',
    },
    [2, 3],
  ),
  ...moving(
    'SpaceToBatchND',
    {
      blockShape: [2, 2],
      paddings: [
        [0, 0],
        [1, 1],
      ],
    },
    [2, 4, 2, 3],
  ),
  ...moving('SpaceToBatchND', { blockShape: [2], paddings: [[1, 2]] }, [2, 3]),
  ...moving(
    'BatchToSpaceND',
    {
      blockShape: [2, 2],
      crops: [
        [0, 1],
        [1, 0],
      ],
    },
    [8, 2, 3, 2],
  ),
  ...moving('BatchToSpaceND', { blockShape: [3], crops: [[0, 0]] }, [6, 2]),
  {
    kernel: 'DepthToSpace',
    title: 'blocks of 2',
    attributes: { blockSize: 2, dataFormat: 'NHWC' },
    inputs: { x: drawn([2, 2, 3, 8]) },
  },
];
