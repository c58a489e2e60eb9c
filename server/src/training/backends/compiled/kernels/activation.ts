import { float, type GraphBuilder, type Value } from '../graph.ts';
import { input, type KernelEmitter, UntraceableError } from '../kernelEmitter.ts';
import { numberAttribute } from './attributes.ts';
import {
  apply,
  broadcastShape,
  cast,
  choose,
  combine,
  refuseBooleans,
  sameShape,
  scalar,
  typeOf,
} from './values.ts';

/** What the activation of a fused kernel is told beside its name. */
export interface ActivationParameters {
  readonly preluWeights: Value | undefined;
  readonly leakyReluAlpha: number | undefined;
}

/** The activation of a fused kernel (`FusedConv2D`, `_FusedMatMul`), by its name there. */
export function applyActivation(
  builder: GraphBuilder,
  x: Value,
  name: string,
  { preluWeights, leakyReluAlpha }: ActivationParameters,
): Value {
  const operator = activationOperators.get(name);
  if (operator) return apply(builder, operator, x);
  if (name === 'linear') return x;
  if (name === 'relu6') return clip(builder, x, 0, 6);
  if (name === 'leakyrelu') return leakyRelu(builder, x, leakyReluAlpha ?? 0.2);
  if (name === 'prelu' && preluWeights) return prelu(builder, x, preluWeights);
  throw new UntraceableError(`The activation ${name} has no form in ONNX.`);
}

const activationOperators: ReadonlyMap<string, string> = new Map([
  ['elu', 'Elu'],
  ['relu', 'Relu'],
  ['sigmoid', 'Sigmoid'],
]);

/** Constants of Klambauer et al. 2017, as TensorFlow.js has them: its scale and scale · alpha. */
const seluScale = 1.0507009873554805;
const seluScaleAlpha = 1.7580993408473768;

function clip(builder: GraphBuilder, x: Value, low: number, high: number): Value {
  const bounds = [low, high].map((bound) => scalar(builder, bound, x.dtype));
  return builder.op('Clip', [x, ...bounds], typeOf(x));
}

function leakyRelu(builder: GraphBuilder, x: Value, alpha: number): Value {
  return apply(builder, 'LeakyRelu', cast(builder, x, 'float32'), { alpha: float(alpha) });
}

function prelu(builder: GraphBuilder, x: Value, alpha: Value): Value {
  const [given, slope] = [cast(builder, x, 'float32'), cast(builder, alpha, 'float32')];
  const shape = broadcastShape(x.shape, alpha.shape);
  if (sameShape(shape, x.shape)) return builder.op('PRelu', [given, slope], typeOf(given));
  const negative = combine(builder, 'Less', given, scalar(builder, 0, 'float32'), 'bool');
  return choose(builder, negative, combine(builder, 'Mul', slope, given), given);
}

/**
 * 1 above 0, else alpha, and not a number where x is none. With alpha 0, the gradient of each
 * rectifier, two vectorised operators do it: x clipped to [0, 1], rounded up.
 */
function step(builder: GraphBuilder, x: Value, alpha: number): Value {
  if (alpha === 0) return apply(builder, 'Ceil', clip(builder, x, 0, 1));
  const zero = scalar(builder, 0, 'float32');
  const positive = combine(builder, 'Greater', x, zero, 'bool');
  const missing = builder.op('IsNaN', [x], { shape: x.shape, dtype: 'bool' });
  const one = scalar(builder, 1, 'float32');
  const level = choose(builder, positive, one, scalar(builder, alpha, 'float32'));
  return choose(builder, missing, x, level);
}

/** dy where y ≥ 0, else dy · (y + 1). */
function eluGrad(builder: GraphBuilder, dy: Value, y: Value): Value {
  const below = combine(builder, 'Min', y, scalar(builder, 0, 'float32'));
  const slope = combine(builder, 'Add', below, scalar(builder, 1, 'float32'));
  return combine(builder, 'Mul', dy, slope);
}

function floatActivation(
  kernel: string,
  emit: (builder: GraphBuilder, x: Value) => Value,
): KernelEmitter {
  return {
    kernel,
    emit(builder, call) {
      const x = input(call, 'x');
      refuseBooleans(kernel, x);
      return cast(builder, emit(builder, cast(builder, x, 'float32')), x.dtype);
    },
  };
}

/** Activations of nets, and the parts of their gradients that are kernels. */
export const activationKernels: readonly KernelEmitter[] = [
  floatActivation('Elu', (builder, x) => apply(builder, 'Elu', x)),
  {
    kernel: 'EluGrad',
    emit: (builder, call) => eluGrad(builder, input(call, 'dy'), input(call, 'y')),
  },
  {
    kernel: 'LeakyRelu',
    emit: (builder, call) =>
      leakyRelu(builder, input(call, 'x'), numberAttribute(call, 'alpha', 0.2)),
  },
  {
    kernel: 'Prelu',
    emit: (builder, call) => prelu(builder, input(call, 'x'), input(call, 'alpha')),
  },
  {
    kernel: 'Relu',
    emit(builder, call) {
      const x = input(call, 'x');
      refuseBooleans('Relu', x);
      return apply(builder, 'Relu', x);
    },
  },
  {
    kernel: 'Relu6',
    emit(builder, call) {
      const x = input(call, 'x');
      refuseBooleans('Relu6', x);
      return clip(builder, x, 0, 6);
    },
  },
  floatActivation('Selu', (builder, x) =>
    apply(builder, 'Selu', x, {
      alpha: float(seluScaleAlpha / seluScale),
      gamma: float(seluScale),
    }),
  ),
  {
    kernel: 'Step',
    emit(builder, call) {
      const x = input(call, 'x');
      refuseBooleans('Step', x);
      const alpha = numberAttribute(call, 'alpha', 0);
      return cast(builder, step(builder, cast(builder, x, 'float32'), alpha), x.dtype);
    },
  },
];
