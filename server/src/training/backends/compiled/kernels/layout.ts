import { type GraphBuilder, int, type Value } from '../graph.ts';
import { input, inputList, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import {
  axesAttribute,
  axisAttribute,
  numberAttribute,
  numbersAttribute,
  positiveAxis,
} from './attributes.ts';
import { slice } from './slicing.ts';
import { expand, int64s, reshape, sameShape, sizeOf, transpose } from './values.ts';

/** Shapes along an axis that change in one place, such as the parts of a split. */
function withExtent(shape: readonly number[], axis: number, extent: number): readonly number[] {
  return shape.map((old, index) => (index === axis ? extent : old));
}

function concat(builder: GraphBuilder, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (!first) throw new UntraceableError('Concat was called without a tensor.');
  if (values.some((value) => value.dtype !== first.dtype)) {
    throw new UntraceableError('Concat was called with tensors of several kinds.');
  }
  const extents = values.map((value) => value.shape[axis] ?? 1);
  const extent = extents.reduce((sum, each) => sum + each, 0);
  const shape = withExtent(first.shape, axis, extent);
  const filledOnes = values.filter((value) => sizeOf(value.shape) > 0);
  const [only] = filledOnes;
  if (only && filledOnes.length === 1) return reshape(builder, only, shape);
  const parts = filledOnes.length > 0 ? filledOnes : values;
  return builder.op('Concat', parts, { shape, dtype: first.dtype }, { axis: int(axis) });
}

function split(
  builder: GraphBuilder,
  x: Value,
  axis: number,
  extents: readonly number[],
): readonly Value[] {
  if (extents.length === 1) return [x];
  const types = extents.map((extent) => ({
    shape: withExtent(x.shape, axis, extent),
    dtype: x.dtype,
  }));
  return builder.ops('Split', [x, int64s(builder, extents)], types, { axis: int(axis) });
}

/** Extents of the parts: a number of equal ones, or a list in which −1 is the rest. */
function splitExtents(extent: number, asked: unknown): readonly number[] {
  if (typeof asked === 'number') return Array(asked).fill(extent / asked);
  const given = Array.isArray(asked) ? asked.map(Number) : [];
  const rest = extent - given.reduce((sum, each) => (each < 0 ? sum : sum + each), 0);
  return given.map((each) => (each < 0 ? rest : each));
}

const splitV: KernelEmitter = {
  kernel: 'SplitV',
  emit(builder, call) {
    const x = input(call, 'x');
    const axis = axisAttribute(call, 'axis', x.shape.length, 0);
    const extents = splitExtents(x.shape[axis] ?? 1, call.attributes.numOrSizeSplits);
    return split(builder, x, axis, extents);
  },
};

const unpack: KernelEmitter = {
  kernel: 'Unpack',
  emit(builder, call) {
    const value = input(call, 'value');
    const axis = axisAttribute(call, 'axis', value.shape.length, 0);
    const shape = value.shape.filter((_, index) => index !== axis);
    const parts = split(builder, value, axis, Array(value.shape[axis] ?? 1).fill(1));
    return parts.map((part) => reshape(builder, part, shape));
  },
};

const pack: KernelEmitter = {
  kernel: 'Pack',
  emit(builder, call) {
    const values = inputList(call);
    const rank = (values[0]?.shape.length ?? 0) + 1;
    const axis = axisAttribute(call, 'axis', rank, 0);
    const expanded = values.map((value) =>
      reshape(builder, value, value.shape.toSpliced(axis, 0, 1)),
    );
    return concat(builder, expanded, axis);
  },
};

const tile: KernelEmitter = {
  kernel: 'Tile',
  emit(builder, call) {
    const x = input(call, 'x');
    const repetitions = numbersAttribute(call, 'reps');
    const shape = x.shape.map((extent, axis) => extent * (repetitions[axis] ?? 1));
    if (sameShape(shape, x.shape)) return x;
    const single = x.shape.every((extent, axis) => extent === 1 || repetitions[axis] === 1);
    if (single) return expand(builder, x, shape);
    return builder.op('Tile', [x, int64s(builder, repetitions)], { shape, dtype: x.dtype });
  },
};

const reverse: KernelEmitter = {
  kernel: 'Reverse',
  emit(builder, call) {
    const x = input(call, 'x');
    if (x.shape.length === 0) return x;
    const axes = axesAttribute(call, 'dims', x.shape.length);
    return slice(
      builder,
      x,
      x.shape.map((extent, axis) =>
        axes.includes(axis)
          ? { begin: extent - 1, size: extent, stride: -1 }
          : { begin: 0, size: extent, stride: 1 },
      ),
    );
  },
};

const expandDims: KernelEmitter = {
  kernel: 'ExpandDims',
  emit(builder, call) {
    const x = input(call, 'input');
    const axis = positiveAxis(numberAttribute(call, 'dim', 0), x.shape.length + 1);
    return reshape(builder, x, x.shape.toSpliced(axis, 0, 1));
  },
};

const reshapeKernel: KernelEmitter = {
  kernel: 'Reshape',
  emit(builder, call) {
    const x = input(call, 'x');
    const asked = numbersAttribute(call, 'shape');
    const rest = sizeOf(x.shape) / sizeOf(asked.filter((extent) => extent !== -1));
    return reshape(
      builder,
      x,
      asked.map((extent) => (extent === -1 ? rest : extent)),
    );
  },
};

/** Kernels that move elements and change none. */
export const layoutKernels: readonly KernelEmitter[] = [
  {
    kernel: 'Concat',
    emit(builder, call) {
      const values = inputList(call);
      const axis = axisAttribute(call, 'axis', values[0]?.shape.length ?? 0, 0);
      return concat(builder, values, axis);
    },
  },
  expandDims,
  { kernel: 'Identity', emit: (_, call) => input(call, 'x') },
  pack,
  reshapeKernel,
  reverse,
  splitV,
  tile,
  {
    kernel: 'Transpose',
    emit: (builder, call) => transpose(builder, input(call, 'x'), numbersAttribute(call, 'perm')),
  },
  unpack,
];
