import { type GraphBuilder, int, type Value } from '../graph.ts';
import { input, type KernelEmitter } from '../kernelEmitter.ts';
import { axisAttribute, flagAttribute } from './attributes.ts';
import { pad, slice } from './slicing.ts';
import { cast, combine, scalar, typeOf } from './values.ts';

const cumsum: KernelEmitter = {
  kernel: 'Cumsum',
  emit(builder, call) {
    const given = input(call, 'x');
    const x = cast(builder, given, given.dtype === 'bool' ? 'int32' : given.dtype);
    const axis = axisAttribute(call, 'axis', x.shape.length, 0);
    return builder.op('CumSum', [x, scalar(builder, axis, 'int64')], typeOf(x), {
      exclusive: int(flagAttribute(call, 'exclusive') ? 1 : 0),
      reverse: int(flagAttribute(call, 'reverse') ? 1 : 0),
    });
  },
};

/** ONNX has no products on the way: each round multiplies by what stands twice as far before. */
const cumprod: KernelEmitter = {
  kernel: 'Cumprod',
  emit(builder, call) {
    const given = input(call, 'x');
    const x = cast(builder, given, given.dtype === 'bool' ? 'int32' : given.dtype);
    const axis = axisAttribute(call, 'axis', x.shape.length, 0);
    const direction = flagAttribute(call, 'reverse') ? -1 : 1;
    const first = flagAttribute(call, 'exclusive') ? shifted(builder, x, axis, direction) : x;
    let result = first;
    for (let distance = 1; distance < (x.shape[axis] ?? 1); distance *= 2) {
      const before = shifted(builder, result, axis, direction * distance);
      result = combine(builder, 'Mul', result, before);
    }
    return result;
  },
};

/** The value moved along an axis, with 1 where nothing moves to. */
function shifted(builder: GraphBuilder, x: Value, axis: number, distance: number): Value {
  const extent = x.shape[axis] ?? 1;
  const gap = Math.min(Math.abs(distance), extent);
  const part = slice(
    builder,
    x,
    x.shape.map((size, index) =>
      index === axis
        ? { begin: distance > 0 ? 0 : gap, size: extent - gap, stride: 1 }
        : { begin: 0, size, stride: 1 },
    ),
  );
  const pads = x.shape.map((_, index) => {
    if (index !== axis) return [0, 0];
    return distance > 0 ? [gap, 0] : [0, gap];
  });
  return pad(builder, part, pads, 1);
}

/** Kernels that keep what they have on the way. */
export const scanKernels: readonly KernelEmitter[] = [cumprod, cumsum];
