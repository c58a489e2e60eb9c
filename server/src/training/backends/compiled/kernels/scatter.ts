import { type GraphBuilder, int, text, type Value } from '../graph.ts';
import { input, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { numberAttribute, numbersAttribute } from './attributes.ts';
import {
  cast,
  choose,
  combine,
  expand,
  filled,
  hostValues,
  int64s,
  refuseBooleans,
  reshape,
  scalar,
  sizeOf,
} from './values.ts';

interface Rows {
  /** What is there before: [count, width]. */
  readonly base: Value;
  /** A row for each update: [updates], int32. */
  readonly rows: Value;
  /** [updates, width] */
  readonly updates: Value;
}

/**
 * Adds updates to rows, or puts them in their place. By `ScatterElements`, which ONNX Runtime runs
 * in one thread: its `ScatterND` adds in several, and loses some of the updates to the same row.
 */
function scatterRows(
  builder: GraphBuilder,
  { base, rows, updates }: Rows,
  reduction: 'add' | 'none',
): Value {
  const [count = 0, width = 1] = updates.shape;
  if (count * width === 0) return base;
  const places = expand(builder, reshape(builder, rows, [count, 1]), [count, width]);
  return builder.op(
    'ScatterElements',
    [base, places, updates],
    { shape: base.shape, dtype: base.dtype },
    { axis: int(0), reduction: text(reduction) },
  );
}

/** How places of several coordinates become rows of a matrix. */
function rowsOf(builder: GraphBuilder, indices: Value, shape: readonly number[]) {
  const depth = indices.shape.length > 1 ? (indices.shape.at(-1) ?? 1) : 1;
  const count = sizeOf(indices.shape) / Math.max(depth, 1);
  const strides = shape.slice(0, depth).map((_, axis) => sizeOf(shape.slice(axis + 1, depth)));
  const coordinates = reshape(builder, cast(builder, indices, 'int32'), [count, depth]);
  const width = sizeOf(shape.slice(depth));
  if (depth === 1) return { rows: reshape(builder, coordinates, [count]), count, width };
  const factors = builder.constant(hostValues('int32', strides), {
    shape: [depth],
    dtype: 'int32',
  });
  const rows = builder.op(
    'ReduceSum',
    [combine(builder, 'Mul', coordinates, factors), int64s(builder, [1])],
    { shape: [count], dtype: 'int32' },
    { keepdims: int(0) },
  );
  return { rows, count, width };
}

function scatterInto(
  builder: GraphBuilder,
  base: Value,
  { indices, updates }: { indices: Value; updates: Value },
  reduction: 'add' | 'none',
): Value {
  refuseBooleans('A scatter', base);
  const { rows, count, width } = rowsOf(builder, indices, base.shape);
  const flat = {
    base: reshape(builder, base, [sizeOf(base.shape) / Math.max(width, 1), width]),
    rows,
    // A single number is put in all the places.
    updates:
      updates.shape.length === 0
        ? expand(builder, updates, [count, width])
        : reshape(builder, updates, [count, width]),
  };
  return reshape(builder, scatterRows(builder, flat, reduction), base.shape);
}

const scatterNd: KernelEmitter = {
  kernel: 'ScatterNd',
  emit(builder, call) {
    const [indices, updates] = [input(call, 'indices'), input(call, 'updates')];
    const type = { shape: numbersAttribute(call, 'shape'), dtype: updates.dtype };
    return scatterInto(builder, filled(builder, 0, type), { indices, updates }, 'add');
  },
};

const sparseToDense: KernelEmitter = {
  kernel: 'SparseToDense',
  emit(builder, call) {
    const indices = input(call, 'sparseIndices');
    const updates = input(call, 'sparseValues');
    const shape = numbersAttribute(call, 'outputShape');
    const fallback = cast(builder, input(call, 'defaultValue'), updates.dtype);
    const base = expand(
      builder,
      reshape(
        builder,
        fallback,
        shape.map(() => 1),
      ),
      shape,
    );
    return scatterInto(builder, base, { indices, updates }, 'none');
  },
};

const tensorScatterUpdate: KernelEmitter = {
  kernel: 'TensorScatterUpdate',
  emit(builder, call) {
    const [indices, updates] = [input(call, 'indices'), input(call, 'updates')];
    return scatterInto(builder, input(call, 'tensor'), { indices, updates }, 'none');
  },
};

/** Sums of the rows of each segment, the gradient of a lookup; a row of no segment is left out. */
const unsortedSegmentSum: KernelEmitter = {
  kernel: 'UnsortedSegmentSum',
  emit(builder, call) {
    const x = cast(builder, input(call, 'x'), 'float32');
    const segments = cast(builder, input(call, 'segmentIds'), 'int32');
    const count = numberAttribute(call, 'numSegments');
    const [updates = 0, ...rest] = x.shape;
    if (segments.shape.length !== 1 || count < 1) {
      throw new UntraceableError(
        `UnsortedSegmentSum with segments of shape [${segments.shape}] into ${count}.`,
      );
    }
    const width = sizeOf(rest);
    const given = reshape(builder, x, [updates, width]);
    const base = filled(builder, 0, { shape: [count, width], dtype: 'float32' });
    const clean = withoutStrays(builder, segments, given, count);
    return reshape(builder, scatterRows(builder, { base, ...clean }, 'add'), [count, ...rest]);
  },
};

/** Rows outside of all segments as zeros of a row inside; known segments are looked through here. */
function withoutStrays(builder: GraphBuilder, segments: Value, updates: Value, count: number) {
  const known = builder.known(segments);
  if (known?.every((segment) => segment >= 0 && segment < count)) {
    return { rows: segments, updates };
  }
  const bounds = [0, count - 1].map((bound) => scalar(builder, bound, 'int32'));
  const rows = builder.op('Clip', [segments, ...bounds], {
    shape: segments.shape,
    dtype: 'int32',
  });
  const inside = combine(builder, 'Equal', rows, segments, 'bool');
  const column = reshape(builder, inside, [updates.shape[0] ?? 0, 1]);
  const zero = scalar(builder, 0, 'float32');
  return { rows, updates: choose(builder, column, updates, zero) };
}

/** Kernels that put elements into their places. */
export const scatterKernels: readonly KernelEmitter[] = [
  scatterNd,
  sparseToDense,
  tensorScatterUpdate,
  unsortedSegmentSum,
];
