import { type GraphBuilder, int, type Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter } from '../kernelEmitter.ts';
import { axesAttribute, axisAttribute, flagAttribute } from './attributes.ts';
import { cast, choose, combine, int64s, refuseEmpty, reshape, scalar } from './values.ts';

/** What a reduction leaves: the shape with its axes as 1, and the shape without them. */
function shapesOf(call: KernelCall, x: Value, axisName: string) {
  const axes = axesAttribute(call, axisName, x.shape.length);
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const shape = flagAttribute(call, 'keepDims')
    ? kept
    : x.shape.filter((_, axis) => !axes.includes(axis));
  // An axis of extent 1 has nothing to reduce.
  return { shape, reduced: axes.filter((axis) => x.shape[axis] !== 1) };
}

/** The value reduced along axes, of its own kind. */
function reduce(builder: GraphBuilder, operator: string, x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const type = { shape, dtype: x.dtype };
  return builder.op(operator, [x, int64s(builder, axes)], type, { keepdims: int(0) });
}

/** Sums and products, of booleans as numbers. */
function accumulation(kernel: string, operator: string): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const given = input(call, 'x');
      const x = cast(builder, given, given.dtype === 'bool' ? 'int32' : given.dtype);
      const { shape, reduced } = shapesOf(call, x, 'axis');
      return reshape(builder, reduce(builder, operator, x, reduced), shape);
    },
  };
}

const mean: KernelEmitter = {
  kernel: 'Mean',
  emit(builder, call) {
    const x = cast(builder, input(call, 'x'), 'float32');
    const { shape, reduced } = shapesOf(call, x, 'axis');
    const result = reduce(builder, 'ReduceMean', x, reduced);
    return reshape(builder, result, shape);
  },
};

/**
 * The largest or least, which is not a number where one of them is none: ONNX Runtime passes over
 * those in some places, and a loss that is not a number must be seen.
 */
function extreme(kernel: string, operator: string, axisName: string): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const given = input(call, 'x');
      refuseEmpty(kernel, given);
      const x = cast(builder, given, given.dtype === 'bool' ? 'int32' : given.dtype);
      const { shape, reduced } = shapesOf(call, x, axisName);
      const result = reduce(builder, operator, x, reduced);
      if (x.dtype !== 'float32' || reduced.length === 0) {
        return reshape(builder, cast(builder, result, given.dtype), shape);
      }
      const numbers = combine(builder, 'Equal', x, x, 'bool');
      const all = reduce(builder, 'ReduceMin', numbers, reduced);
      const missing = scalar(builder, Number.NaN, 'float32');
      return reshape(builder, choose(builder, all, result, missing), shape);
    },
  };
}

function quantifier(kernel: string, operator: string): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const x = input(call, 'x');
      refuseEmpty(kernel, x);
      const { shape, reduced } = shapesOf(call, x, 'axis');
      const truth = cast(builder, x, 'bool');
      const result = reduce(builder, operator, truth, reduced);
      return reshape(builder, cast(builder, result, x.dtype), shape);
    },
  };
}

/** The place of the largest or least along one axis, the first of equals. */
function place(kernel: string, operator: string): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const given = input(call, 'x');
      refuseEmpty(kernel, given);
      const x = cast(builder, given, given.dtype === 'bool' ? 'int32' : given.dtype);
      const axis = axisAttribute(call, 'axis', x.shape.length, 0);
      const shape = x.shape.filter((_, index) => index !== axis);
      const places = builder.op(
        operator,
        [x],
        { shape, dtype: 'int64' },
        { axis: int(axis), keepdims: int(0) },
      );
      return cast(builder, places, 'int32');
    },
  };
}

/** Kernels that make one number of many. */
export const reductionKernels: readonly KernelEmitter[] = [
  quantifier('All', 'ReduceMin'),
  quantifier('Any', 'ReduceMax'),
  place('ArgMax', 'ArgMax'),
  place('ArgMin', 'ArgMin'),
  extreme('Max', 'ReduceMax', 'reductionIndices'),
  mean,
  extreme('Min', 'ReduceMin', 'axis'),
  accumulation('Prod', 'ReduceProd'),
  accumulation('Sum', 'ReduceSum'),
];
