import type { GraphBuilder, Value } from '../graph.ts';
import { input, type KernelEmitter } from '../kernelEmitter.ts';
import { numberAttribute } from './attributes.ts';
import { apply, cast, choose, combine, refuseBooleans, scalar, typeOf } from './values.ts';

type Emit = (builder: GraphBuilder, x: Value) => Value;

/** A function of real numbers: integers are computed as floats and cut off again. */
function real(kernel: string, emit: Emit): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const x = input(call, 'x');
      refuseBooleans(kernel, x);
      return cast(builder, emit(builder, cast(builder, x, 'float32')), x.dtype);
    },
  };
}

/** A function that ONNX knows for integers too. */
function numeric(kernel: string, emit: Emit): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const x = input(call, 'x');
      refuseBooleans(kernel, x);
      return emit(builder, x);
    },
  };
}

/** A way to round, which leaves integers alone. */
function rounding(kernel: string, operator: string): KernelEmitter {
  return numeric(kernel, (builder, x) => (x.dtype === 'int32' ? x : apply(builder, operator, x)));
}

/** A question about floats; the answer is a boolean. */
function question(kernel: string, emit: Emit): KernelEmitter {
  return {
    kernel,
    emit: (builder, call) => emit(builder, cast(builder, input(call, 'x'), 'float32')),
  };
}

function operator(name: string): Emit {
  return (builder, x) => apply(builder, name, x);
}

const clipByValue: KernelEmitter = {
  kernel: 'ClipByValue',
  emit(builder, call) {
    const x = input(call, 'x');
    refuseBooleans('ClipByValue', x);
    const [low, high] = ['clipValueMin', 'clipValueMax'].map((name) => {
      const bound = numberAttribute(call, name);
      return scalar(builder, x.dtype === 'int32' ? integerBound(bound) : bound, x.dtype);
    });
    return builder.op('Clip', [x, low, high], typeOf(x));
  },
};

function integerBound(bound: number): number {
  return Math.trunc(Math.min(Math.max(bound, -(2 ** 31)), 2 ** 31 - 1));
}

/** exp x − 1 = tanh(x/2) · (exp x + 1), which keeps its digits near 0. */
function expm1(builder: GraphBuilder, x: Value): Value {
  const half = combine(builder, 'Mul', x, scalar(builder, 0.5, 'float32'));
  const sum = combine(builder, 'Add', apply(builder, 'Exp', x), scalar(builder, 1, 'float32'));
  return combine(builder, 'Mul', apply(builder, 'Tanh', half), sum);
}

/**
 * log(1 + x) = log u + (x − (u − 1)) / u with u = 1 + x as it was rounded: the second part is what
 * rounding took away (Goldberg 1991, theorem 4, in its additive form). It matters near 0 only, and
 * is not a number at −1 and infinity.
 */
function log1p(builder: GraphBuilder, x: Value): Value {
  const one = scalar(builder, 1, 'float32');
  const sum = combine(builder, 'Add', x, one);
  const lost = combine(builder, 'Sub', x, combine(builder, 'Sub', sum, one));
  const small = combine(
    builder,
    'Less',
    apply(builder, 'Abs', x),
    scalar(builder, 0.5, 'float32'),
    'bool',
  );
  const correction = choose(
    builder,
    small,
    combine(builder, 'Div', lost, sum),
    scalar(builder, 0, 'float32'),
  );
  return combine(builder, 'Add', apply(builder, 'Log', sum), correction);
}

/** −1, 0 or 1; 0 of what is not a number, where ONNX's operator would keep it. */
function sign(builder: GraphBuilder, x: Value): Value {
  const zero = scalar(builder, 0, x.dtype);
  const is = (comparison: string) =>
    cast(builder, combine(builder, comparison, x, zero, 'bool'), x.dtype);
  return combine(builder, 'Sub', is('Greater'), is('Less'));
}

function finite(builder: GraphBuilder, x: Value): Value {
  const infinity = scalar(builder, Number.POSITIVE_INFINITY, 'float32');
  return combine(builder, 'Less', apply(builder, 'Abs', x), infinity, 'bool');
}

function boolean(name: string): Emit {
  return (builder, x) => builder.op(name, [x], { shape: x.shape, dtype: 'bool' });
}

/** Functions of one tensor, element by element. */
export const unaryKernels: readonly KernelEmitter[] = [
  numeric('Abs', operator('Abs')),
  real('Acos', operator('Acos')),
  real('Acosh', operator('Acosh')),
  real('Asin', operator('Asin')),
  real('Asinh', operator('Asinh')),
  real('Atan', operator('Atan')),
  real('Atanh', operator('Atanh')),
  rounding('Ceil', 'Ceil'),
  clipByValue,
  real('Cos', operator('Cos')),
  real('Cosh', operator('Cosh')),
  real('Erf', operator('Erf')),
  // The only one whose result is a float whatever it is given.
  question('Exp', operator('Exp')),
  real('Expm1', expm1),
  rounding('Floor', 'Floor'),
  question('IsFinite', finite),
  question('IsInf', boolean('IsInf')),
  question('IsNan', boolean('IsNaN')),
  real('Log', operator('Log')),
  real('Log1p', log1p),
  numeric('Neg', operator('Neg')),
  real('Reciprocal', operator('Reciprocal')),
  rounding('Round', 'Round'),
  real('Rsqrt', (builder, x) => apply(builder, 'Reciprocal', apply(builder, 'Sqrt', x))),
  real('Sigmoid', operator('Sigmoid')),
  numeric('Sign', sign),
  real('Sin', operator('Sin')),
  real('Sinh', operator('Sinh')),
  real('Softplus', operator('Softplus')),
  real('Sqrt', operator('Sqrt')),
  numeric('Square', (builder, x) => combine(builder, 'Mul', x, x)),
  real('Tan', operator('Tan')),
  real('Tanh', operator('Tanh')),
];
