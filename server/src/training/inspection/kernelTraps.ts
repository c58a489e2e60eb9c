import type { ValueRange } from './valueRange.ts';

/** A known way in which a kernel makes something that is not finite out of finite values. */
export interface KernelTrap {
  /** In plain words, behind “it begins with”. */
  readonly says: string;
  readonly hint: string;
}

interface KnownTrap extends KernelTrap {
  readonly kernels: readonly string[];
  readonly applies: (inputs: readonly ValueRange[]) => boolean;
}

/** Where e^x leaves float32: ln(3.4·10³⁸). */
const largestExponent = 88.72;
/** Far beyond what a network computes with: a product of three of these leaves float32. */
const huge = 1e15;

const keepAboveZero =
  'keep what it is taken of above 0: add a small number such as 1e-8, or clip it from below';
const keepFromZero = 'keep the divisor away from 0: add a small number such as 1e-8';
const underTheRoot =
  'add a small number such as 1e-12 under the root, or compare squares instead of roots';
const clipCosine = 'clip what it is taken of to just inside [−1, 1], such as ±(1 − 1e-6)';
const learningRateHint =
  'the values have grown beyond bounds: lower the learning rate, warm it up, or set gradient_clip_norm';

/** In the forward pass, by what the kernel was given. */
const valueTraps: readonly KnownTrap[] = [
  {
    kernels: ['Log'],
    applies: ([x]) => below(x, 0, 'or at'),
    says: 'a logarithm of 0 or less',
    hint: keepAboveZero,
  },
  {
    kernels: ['Log1p'],
    applies: ([x]) => below(x, -1, 'or at'),
    says: 'a logarithm of 0 or less',
    hint: 'keep what log1p is taken of above −1',
  },
  {
    kernels: ['Sqrt'],
    applies: ([x]) => below(x, 0),
    says: 'the square root of a negative number',
    hint: 'clip what it is taken of at 0 or a small number; rounding may have pushed it below',
  },
  {
    kernels: ['Rsqrt'],
    applies: ([x]) => below(x, 0, 'or at'),
    says: 'the inverse square root of 0 or less',
    hint: keepAboveZero,
  },
  {
    kernels: ['RealDiv', 'FloorDiv', 'Mod'],
    applies: ([, divisor]) => divisor?.hasZero === true,
    says: 'a division by 0',
    hint: keepFromZero,
  },
  {
    kernels: ['Reciprocal'],
    applies: ([x]) => x?.hasZero === true,
    says: 'a division by 0',
    hint: keepFromZero,
  },
  {
    kernels: ['Acos', 'Asin', 'Atanh'],
    applies: ([x]) => beyondOne(x),
    says: 'an inverse function outside the range [−1, 1]',
    hint: clipCosine,
  },
  {
    kernels: ['Exp', 'Expm1', 'Sinh', 'Cosh'],
    applies: ([x]) => (x?.most ?? 0) > largestExponent || (x?.least ?? 0) < -largestExponent,
    says: 'an exponential that is too large for float32',
    hint: 'take the largest value off before the exponential (log-sum-exp), clip it, or lower the learning rate',
  },
  {
    kernels: ['Pow'],
    applies: ([base]) => below(base, 0, 'or at'),
    says: 'a power of 0 or of a negative number',
    hint: 'keep the base above 0, or square instead of tf.pow',
  },
];

/** In the backward pass, by what the kernel had been given in the forward pass. */
const slopeTraps: readonly KnownTrap[] = [
  {
    kernels: ['Sqrt', 'Rsqrt'],
    applies: ([x]) => below(x, 0, 'or at'),
    says: 'a square root at 0, which has an infinite slope',
    hint: underTheRoot,
  },
  {
    kernels: ['Acos', 'Asin', 'Atanh'],
    applies: ([x]) => beyondOne(x, 'or at'),
    says: 'an inverse cosine or sine at ±1, which has an infinite slope',
    hint: clipCosine,
  },
  {
    kernels: ['Acosh'],
    applies: ([x]) => below(x, 1, 'or at'),
    says: 'an inverse hyperbolic cosine at 1, which has an infinite slope',
    hint: 'clip what it is taken of to just above 1',
  },
  {
    kernels: ['Log', 'Pow'],
    applies: ([x]) => below(x, 0, 'or at'),
    says: 'a logarithm or a power at 0, which has an infinite slope',
    hint: keepAboveZero,
  },
  {
    kernels: ['RealDiv'],
    applies: ([, divisor]) => divisor?.hasZero === true,
    says: 'the slope of a division by 0',
    hint: keepFromZero,
  },
  {
    kernels: ['Reciprocal'],
    applies: ([x]) => x?.hasZero === true,
    says: 'the slope of a division by 0',
    hint: keepFromZero,
  },
];

/** What a kernel of a forward pass fell into, by the ranges of its inputs. */
export function findValueTrap(
  kernel: string,
  inputs: readonly ValueRange[],
): KernelTrap | undefined {
  return find(valueTraps, kernel, inputs) ?? findInfinity(inputs) ?? findOverflow(inputs);
}

/** What the gradient of a kernel fell into, by the ranges of the inputs of the kernel itself. */
export function findSlopeTrap(
  kernel: string,
  inputs: readonly ValueRange[],
): KernelTrap | undefined {
  return find(slopeTraps, kernel, inputs);
}

/** Finite values that are too large to go on with. */
export function findOverflow(inputs: readonly ValueRange[]): KernelTrap | undefined {
  const largest = Math.max(...inputs.flatMap(({ least, most }) => [-least, most]));
  if (!(largest > huge)) return undefined;
  return { says: 'values that are too large for float32', hint: learningRateHint };
}

/** A kernel that makes NaN of infinities which were meant, such as those of a mask. */
function findInfinity(inputs: readonly ValueRange[]): KernelTrap | undefined {
  if (inputs.every(({ infinities }) => infinities === 0)) return undefined;
  return {
    says: 'an infinite value that is multiplied with 0, or taken from another',
    hint: 'mask with a large finite number such as −1e9 instead of −Infinity, or select what is left after the mask',
  };
}

function find(
  traps: readonly KnownTrap[],
  kernel: string,
  inputs: readonly ValueRange[],
): KernelTrap | undefined {
  return traps.find(({ kernels, applies }) => kernels.includes(kernel) && applies(inputs));
}

function below(range: ValueRange | undefined, limit: number, at?: 'or at'): boolean {
  const least = range?.least ?? Number.NaN;
  return least < limit || (at !== undefined && least === limit);
}

function beyondOne(range: ValueRange | undefined, at?: 'or at'): boolean {
  const most = Math.max(-(range?.least ?? 0), range?.most ?? 0);
  return most > 1 || (at !== undefined && most === 1);
}
