import type { DataType, GraphBuilder, Value } from '../graph.ts';
import { input, type KernelCall, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { numberAttribute, numbersAttribute, textAttribute } from './attributes.ts';
import { cast, filled, hostValues, typeOf } from './values.ts';

/** The kind of tensor that an attribute names. */
export function dataTypeAttribute(call: KernelCall, fallback: DataType): DataType {
  const dtype = textAttribute(call, 'dtype') ?? fallback;
  if (dtype === 'bool' || dtype === 'float32' || dtype === 'int32') return dtype;
  throw new UntraceableError(`Tensors of ${dtype} have no form in the compiled step.`);
}

const fill: KernelEmitter = {
  kernel: 'Fill',
  emit(builder, call) {
    const { value } = call.attributes;
    const shape = numbersAttribute(call, 'shape');
    if (typeof value === 'boolean') {
      return filled(builder, value ? 1 : 0, { shape, dtype: dataTypeAttribute(call, 'bool') });
    }
    const dtype = dataTypeAttribute(call, 'float32');
    return filled(builder, numberAttribute(call, 'value'), { shape, dtype });
  },
};

/** Numbers that are counted up by a step, each rounded as it is kept, as TensorFlow.js does it. */
function counted(
  builder: GraphBuilder,
  dtype: DataType,
  { start, step, count }: { start: number; step: number; count: number },
): Value {
  const values = hostValues(dtype, Array(count).fill(start));
  for (let index = 1; index < count; index += 1) {
    values[index] = Number(values[index - 1]) + step;
  }
  return builder.constant(values, { shape: [count], dtype });
}

const range: KernelEmitter = {
  kernel: 'Range',
  emit(builder, call) {
    const [start, stop] = [numberAttribute(call, 'start'), numberAttribute(call, 'stop')];
    const step = numberAttribute(call, 'step', 1);
    const dtype = dataTypeAttribute(call, 'float32');
    const empty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
    if (empty) return counted(builder, dtype, { start, step, count: 0 });
    const count = Math.abs(Math.ceil((stop - start) / step));
    // A step of 1 is the default and means the direction towards the stop.
    return counted(builder, dtype, { start, step: stop < start && step === 1 ? -1 : step, count });
  },
};

const linSpace: KernelEmitter = {
  kernel: 'LinSpace',
  emit(builder, call) {
    const [start, stop] = [numberAttribute(call, 'start'), numberAttribute(call, 'stop')];
    const count = numberAttribute(call, 'num');
    return counted(builder, 'float32', { start, step: (stop - start) / (count - 1), count });
  },
};

/** Kernels that make a tensor of nothing, or of another kind. */
export const creationKernels: readonly KernelEmitter[] = [
  {
    kernel: 'Cast',
    emit: (builder, call) => cast(builder, input(call, 'x'), dataTypeAttribute(call, 'float32')),
  },
  fill,
  linSpace,
  {
    kernel: 'OnesLike',
    emit: (builder, call) => filled(builder, 1, typeOf(input(call, 'x'))),
  },
  range,
  {
    kernel: 'ZerosLike',
    emit: (builder, call) => filled(builder, 0, typeOf(input(call, 'x'))),
  },
];
