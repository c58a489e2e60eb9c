import { type GraphBuilder, int, type Value } from '../graph.ts';
import { input, inputList, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import {
  apply,
  broadcastShape,
  cast,
  choose,
  combine,
  refuseBooleans,
  scalar,
  typeOf,
} from './values.ts';

type Emit = (builder: GraphBuilder, a: Value, b: Value) => Value;

/**
 * An operation on two numbers: computed as floats where one of them is a float, or both for an
 * operation of real numbers; of the first one's kind in the end.
 */
function arithmetic(kernel: string, emit: Emit, numbers: 'any' | 'real' = 'any'): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const [a, b] = [input(call, 'a'), input(call, 'b')];
      refuseBooleans(kernel, a, b);
      const floats = numbers === 'real' || a.dtype === 'float32' || b.dtype === 'float32';
      const dtype = floats ? 'float32' : 'int32';
      const result = emit(builder, cast(builder, a, dtype), cast(builder, b, dtype));
      return cast(builder, result, a.dtype);
    },
  };
}

function operator(name: string): Emit {
  return (builder, a, b) => combine(builder, name, a, b);
}

function squaredDifference(builder: GraphBuilder, a: Value, b: Value): Value {
  const difference = combine(builder, 'Sub', a, b);
  return combine(builder, 'Mul', difference, difference);
}

/** Products; of booleans, as masks are multiplied, it is "and". */
const multiply: KernelEmitter = {
  kernel: 'Multiply',
  emit(builder, call) {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    if (a.dtype === 'bool' && b.dtype === 'bool') return combine(builder, 'And', a, b);
    return product.emit(builder, call);
  },
};
const product = arithmetic('Multiply', operator('Mul'));

/** The remainder with the sign of the divisor. */
function modulo(builder: GraphBuilder, a: Value, b: Value): Value {
  if (a.dtype === 'int32') {
    // A remainder by 0 or −1 is 0 in TensorFlow.js, and so is the one by 1.
    const { divisor } = safeDivisor(builder, b);
    return combine(builder, 'Mod', a, divisor);
  }
  const type = { shape: broadcastShape(a.shape, b.shape), dtype: a.dtype };
  const remainder = builder.op('Mod', [a, b], type, { fmod: int(1) });
  const zero = scalar(builder, 0, 'float32');
  const signs = [a, b].map((side) => combine(builder, 'Less', side, zero, 'bool'));
  const same = builder.op('Equal', signs, { shape: type.shape, dtype: 'bool' });
  const exact = combine(builder, 'Equal', remainder, zero, 'bool');
  const kept = combine(builder, 'Or', same, exact);
  return choose(builder, kept, remainder, combine(builder, 'Add', remainder, b));
}

/** The quotient rounded down, an integer. A quotient of integers by 0 is 0, as in TensorFlow.js. */
const floorDiv: KernelEmitter = {
  kernel: 'FloorDiv',
  emit(builder, call) {
    const [a, b] = [input(call, 'a'), input(call, 'b')];
    refuseBooleans('FloorDiv', a, b);
    if (a.dtype === 'int32' && b.dtype === 'int32') return floorDivIntegers(builder, a, b);
    const [dividend, divisor] = [cast(builder, a, 'float32'), cast(builder, b, 'float32')];
    const quotient = combine(builder, 'Div', dividend, divisor);
    return cast(builder, apply(builder, 'Floor', quotient), 'int32');
  },
};

function floorDivIntegers(builder: GraphBuilder, a: Value, b: Value): Value {
  const zero = scalar(builder, 0, 'int32');
  const { divisor, zeros, minusOnes } = safeDivisor(builder, b);
  const quotient = combine(builder, 'Div', a, divisor);
  const rest = combine(builder, 'Sub', a, combine(builder, 'Mul', quotient, divisor));
  const signs = [rest, divisor].map((side) => combine(builder, 'Less', side, zero, 'bool'));
  const same = builder.op('Equal', signs, { shape: rest.shape, dtype: 'bool' });
  const exact = combine(builder, 'Or', same, combine(builder, 'Equal', rest, zero, 'bool'));
  const excess = cast(builder, builder.op('Not', [exact], typeOf(exact)), 'int32');
  const down = combine(builder, 'Sub', quotient, excess);
  if (!zeros || !minusOnes) return down;
  return choose(builder, zeros, zero, choose(builder, minusOnes, apply(builder, 'Neg', a), down));
}

/**
 * A divisor with 1 in the place of 0 and −1, which the processor answers with a signal that ends
 * the process (the least integer by −1 overflows), and where they stood; nowhere for a constant
 * that has none.
 */
function safeDivisor(
  builder: GraphBuilder,
  b: Value,
): { divisor: Value; zeros?: Value; minusOnes?: Value } {
  const known = builder.known(b);
  if (known?.every((value) => Number(value) !== 0 && Number(value) !== -1)) return { divisor: b };
  const zeros = combine(builder, 'Equal', b, scalar(builder, 0, 'int32'), 'bool');
  const minusOnes = combine(builder, 'Equal', b, scalar(builder, -1, 'int32'), 'bool');
  const unsafe = combine(builder, 'Or', zeros, minusOnes);
  return { divisor: choose(builder, unsafe, scalar(builder, 1, 'int32'), b), zeros, minusOnes };
}

/**
 * The angle of the point (x, y) in all four quadrants: of |y| / |x| first, turned by the signs,
 * which zeros have too. Where both are 0 or infinite their quotient is not a number.
 */
function atan2(builder: GraphBuilder, y: Value, x: Value): Value {
  const [height, width] = [apply(builder, 'Abs', y), apply(builder, 'Abs', x)];
  const zero = scalar(builder, 0, 'float32');
  const slanted = apply(builder, 'Atan', combine(builder, 'Div', height, width));
  const diagonal = choose(
    builder,
    combine(builder, 'Equal', height, zero, 'bool'),
    zero,
    scalar(builder, Math.PI / 4, 'float32'),
  );
  const angle = choose(
    builder,
    combine(builder, 'Equal', height, width, 'bool'),
    diagonal,
    slanted,
  );
  const leftward = combine(builder, 'Sub', scalar(builder, Math.PI, 'float32'), angle);
  const upper = choose(builder, hasMinus(builder, x), leftward, angle);
  return choose(builder, hasMinus(builder, y), apply(builder, 'Neg', upper), upper);
}

function hasMinus(builder: GraphBuilder, x: Value): Value {
  const zero = scalar(builder, 0, 'float32');
  const below = [x, apply(builder, 'Reciprocal', x)].map((value) =>
    combine(builder, 'Less', value, zero, 'bool'),
  );
  return builder.op('Or', below, { shape: x.shape, dtype: 'bool' });
}

const addN: KernelEmitter = {
  kernel: 'AddN',
  emit(builder, call) {
    const [first, ...others] = inputList(call);
    if (!first) throw new UntraceableError('AddN was called without a tensor.');
    refuseBooleans('AddN', first, ...others);
    if (others.length === 0) return first;
    if (first.dtype === 'float32') return builder.op('Sum', [first, ...others], typeOf(first));
    return others.reduce((sum, other) => combine(builder, 'Add', sum, other), first);
  },
};

/** Functions of two tensors that broadcast. */
export const binaryKernels: readonly KernelEmitter[] = [
  arithmetic('Add', operator('Add')),
  addN,
  arithmetic('Atan2', atan2, 'real'),
  floorDiv,
  arithmetic('Maximum', operator('Max')),
  arithmetic('Minimum', operator('Min')),
  arithmetic('Mod', modulo),
  multiply,
  arithmetic('Pow', operator('Pow')),
  arithmetic('RealDiv', operator('Div'), 'real'),
  arithmetic('SquaredDifference', squaredDifference),
  arithmetic('Sub', operator('Sub')),
];
