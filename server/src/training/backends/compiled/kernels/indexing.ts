import { invariant } from '../../../../base/invariant.ts';
import { type GraphBuilder, int, type Value } from '../graph.ts';
import { input, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { axisAttribute, numberAttribute } from './attributes.ts';
import { dataTypeAttribute } from './creation.ts';
import {
  cast,
  choose,
  combine,
  hostValues,
  int64s,
  refuseBooleans,
  reshape,
  scalar,
  sizeOf,
} from './values.ts';

/** The integers from 0 on, in a shape. */
function counting(builder: GraphBuilder, shape: readonly number[], factor = 1): Value {
  const numbers = [...Array(sizeOf(shape)).keys()].map((index) => index * factor);
  return builder.constant(hostValues('int32', numbers), { shape, dtype: 'int32' });
}

function gather(builder: GraphBuilder, x: Value, indices: Value, axis: number): Value {
  const shape = x.shape.toSpliced(axis, 1, ...indices.shape);
  return builder.op('Gather', [x, indices], { shape, dtype: x.dtype }, { axis: int(axis) });
}

/** Each entry of the batch gathers by its own indices: from one long row of all of them. */
function gatherBatched(
  builder: GraphBuilder,
  x: Value,
  indices: Value,
  { axis, batchDims }: { axis: number; batchDims: number },
): Value {
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const extent = x.shape[axis] ?? 1;
  const inner = x.shape.slice(axis + 1);
  const rows = reshape(builder, x, [batch * outer * extent, ...inner]);
  const own = reshape(builder, indices, [batch, 1, sizeOf(indices.shape) / batch]);
  const places = combine(builder, 'Add', own, counting(builder, [batch, outer, 1], extent));
  const result = gather(builder, rows, places, 0);
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...inner];
  return reshape(builder, result, shape);
}

const gatherV2: KernelEmitter = {
  kernel: 'GatherV2',
  emit(builder, call) {
    const x = input(call, 'x');
    const indices = cast(builder, input(call, 'indices'), 'int32');
    const axis = axisAttribute(call, 'axis', x.shape.length, 0);
    const asked = numberAttribute(call, 'batchDims', 0);
    const batchDims = asked < 0 ? asked + indices.shape.length : asked;
    if (batchDims === 0) return gather(builder, x, indices, axis);
    return gatherBatched(builder, x, indices, { axis, batchDims });
  },
};

const gatherNd: KernelEmitter = {
  kernel: 'GatherNd',
  emit(builder, call) {
    const params = input(call, 'params');
    const indices = cast(builder, input(call, 'indices'), 'int64');
    const depth = indices.shape.at(-1) ?? 1;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return builder.op('GatherND', [params, indices], { shape, dtype: params.dtype });
  },
};

/** By comparison: ONNX's own operator takes negative indices from the end. */
const oneHot: KernelEmitter = {
  kernel: 'OneHot',
  emit(builder, call) {
    const indices = cast(builder, input(call, 'indices'), 'int32');
    const depth = numberAttribute(call, 'depth');
    const dtype = dataTypeAttribute(call, 'float32');
    const column = reshape(builder, indices, [...indices.shape, 1]);
    const hot = combine(builder, 'Equal', column, counting(builder, [depth]), 'bool');
    const [on, off] = [numberAttribute(call, 'onValue', 1), numberAttribute(call, 'offValue', 0)];
    if (on === 1 && off === 0) return cast(builder, hot, dtype);
    if (dtype === 'bool') throw new UntraceableError('OneHot of booleans that are not 1 and 0.');
    return choose(builder, hot, scalar(builder, on, dtype), scalar(builder, off, dtype));
  },
};

/** The largest along the last dimension, and where they stood. */
const topK: KernelEmitter = {
  kernel: 'TopK',
  emit(builder, call) {
    const x = input(call, 'x');
    refuseBooleans('TopK', x);
    const k = numberAttribute(call, 'k', 1);
    const shape = [...x.shape.slice(0, -1), k];
    const [values, places] = builder.ops(
      'TopK',
      [x, int64s(builder, [k])],
      [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int64' },
      ],
      { axis: int(-1), largest: int(1), sorted: int(1) },
    );
    invariant(values && places, 'TopK gives values and their places');
    return [values, cast(builder, places, 'int32')];
  },
};

/** Kernels that look elements up by their places. */
export const indexingKernels: readonly KernelEmitter[] = [gatherNd, gatherV2, oneHot, topK];
