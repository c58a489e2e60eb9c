import {
  type Attributes,
  type DataType,
  type GraphBuilder,
  type HostValues,
  int,
  ints,
  type Value,
  type ValueType,
} from '../graph.ts';
import { UntraceableError } from '../kernelEmitter.ts';

/** Numbers of element types in ONNX's `TensorProto.DataType`. */
const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const satisfies Record<
  DataType,
  number
>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Shape and kind of a value. */
export function typeOf({ shape, dtype }: Value): ValueType {
  return { shape, dtype };
}

/** The shape that both broadcast to, by the rule of NumPy. */
export function broadcastShape(
  first: readonly number[],
  second: readonly number[],
): readonly number[] {
  const rank = Math.max(first.length, second.length);
  return [...Array(rank).keys()].map((axis) => {
    const one = first[axis - rank + first.length] ?? 1;
    const other = second[axis - rank + second.length] ?? 1;
    if (one === other || other === 1) return one;
    if (one === 1) return other;
    throw new UntraceableError(`Shapes [${first}] and [${second}] do not broadcast.`);
  });
}

/** Whether two shapes are the same. */
export function sameShape(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((extent, axis) => extent === second[axis]);
}

/** An operator of one input that keeps shape and kind. */
export function apply(
  builder: GraphBuilder,
  operator: string,
  x: Value,
  attributes?: Attributes,
): Value {
  return builder.op(operator, [x], typeOf(x), attributes);
}

/** An operator of two inputs that broadcasts; its output is of the first one's kind unless told. */
export function combine(
  builder: GraphBuilder,
  operator: string,
  a: Value,
  b: Value,
  dtype: DataType = a.dtype,
): Value {
  return builder.op(operator, [a, b], { shape: broadcastShape(a.shape, b.shape), dtype });
}

/** `condition ? yes : no`, element by element; the choices are of one kind, and not booleans. */
export function choose(builder: GraphBuilder, condition: Value, yes: Value, no: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape));
  return builder.op('Where', [condition, yes, no], { shape, dtype: yes.dtype });
}

/** Numbers as the host keeps them for a kind of tensor. */
export function hostValues(dtype: DataType, values: readonly number[]): HostValues {
  if (dtype === 'float32') return Float32Array.from(values);
  if (dtype === 'int32') return Int32Array.from(values);
  if (dtype === 'bool') return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
  return BigInt64Array.from(values.map(BigInt));
}

/** A constant without dimensions. */
export function scalar(builder: GraphBuilder, value: number, dtype: DataType): Value {
  return builder.constant(hostValues(dtype, [value]), { shape: [], dtype });
}

/** A constant with one dimension of int64: a shape, axes, or where a slice starts. */
export function int64s(builder: GraphBuilder, values: readonly number[]): Value {
  return builder.constant(hostValues('int64', values), { shape: [values.length], dtype: 'int64' });
}

/**
 * The value as another kind; floats lose what stands behind the point, booleans are "not 0". What no
 * integer is (infinities, not a number) becomes one that differs between backends of TensorFlow.js.
 */
export function cast(builder: GraphBuilder, x: Value, dtype: DataType): Value {
  if (x.dtype === dtype) return x;
  return builder.op('Cast', [x], { shape: x.shape, dtype }, { to: int(onnxTypes[dtype]) });
}

/** The value with other dimensions of the same size. */
export function reshape(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (sizeOf(x.shape) !== sizeOf(shape)) {
    throw new UntraceableError(`Shape [${x.shape}] cannot be reshaped to [${shape}].`);
  }
  if (sameShape(x.shape, shape)) return x;
  const known = builder.known(x);
  if (known) return builder.constant(known, { shape, dtype: x.dtype });
  // Without it a 0 in the new shape would mean "as in the old one".
  const attributes: Attributes = shape.includes(0) ? { allowzero: int(1) } : {};
  return builder.op('Reshape', [x, int64s(builder, shape)], { shape, dtype: x.dtype }, attributes);
}

/** Dimension `i` of the result is dimension `permutation[i]` of the value. */
export function transpose(builder: GraphBuilder, x: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => x.shape[axis] ?? 1);
  const moving = permutation.filter((axis) => x.shape[axis] !== 1);
  // Moving dimensions of extent 1 moves no data.
  if (moving.every((axis, index) => index === 0 || axis > (moving[index - 1] ?? 0))) {
    return reshape(builder, x, shape);
  }
  return builder.op('Transpose', [x], { shape, dtype: x.dtype }, { perm: ints(permutation) });
}

/** The value repeated along dimensions of extent 1. */
export function expand(builder: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  return builder.op('Expand', [x, int64s(builder, shape)], { shape, dtype: x.dtype });
}

/** Elements above which a tensor of one number is made where the graph runs, not kept in it. */
const largestConstant = 1024;

/** A tensor of one number. */
export function filled(builder: GraphBuilder, value: number, type: ValueType): Value {
  const size = sizeOf(type.shape);
  if (size <= largestConstant) {
    return builder.constant(hostValues(type.dtype, Array(size).fill(value)), type);
  }
  return expand(builder, scalar(builder, value, type.dtype), type.shape);
}

/** Refuses booleans, on which TensorFlow.js calculates with bytes that are not booleans. */
export function refuseBooleans(kernel: string, ...values: readonly Value[]): void {
  if (values.some((value) => value.dtype === 'bool')) {
    throw new UntraceableError(`${kernel} of booleans has no form in ONNX: cast them first.`);
  }
}

/** Refuses a value without elements where TensorFlow.js would give what is not defined. */
export function refuseEmpty(kernel: string, x: Value): void {
  if (sizeOf(x.shape) === 0) {
    throw new UntraceableError(`${kernel} of a tensor without elements, shape [${x.shape}].`);
  }
}
