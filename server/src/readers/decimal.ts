/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const exactPowers = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);

/** 10^-0 to 10^-44 as unevaluated sums `high + low`. */
const highInverses = Float64Array.from({ length: 45 }, (_, power) => inversePower(power)[0]);
const lowInverses = Float64Array.from({ length: 45 }, (_, power) => inversePower(power)[1]);

/** Up to this integer every one is a double. */
const largestSafe = 2 ** 53 - 1;
/** Below this, an integer takes one digit more and still has 31 bits, which is what makes it fast. */
const headLimit = 1e8;
const maximumTailDigits = 9;

const zero = 0x30;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;

/**
 * Reads numbers of the JSON grammar from bytes, to the same double as `Number` (the nearest one).
 * Up to 2^53 the digits need one exact operation (Clinger 1990, "How to read floating point numbers
 * accurately", the fast path). Longer ones, as Python writes them, are multiplied in double-double
 * arithmetic (Dekker 1971), whose error is far below half a unit in the last place: where the
 * result lies too near to the middle between two doubles, and for exponents beyond 10^±44, the text
 * goes to `Number`.
 */
export class DecimalScanner {
  #value = Number.NaN;
  #end = 0;
  /** The first nine digits that count, and the ones behind them. */
  #head = 0;
  #tail = 0;
  #tailDigits = 0;
  #fractionDigits = 0;

  /** The number that was read last. */
  get value(): number {
    return this.#value;
  }

  /** The index behind the number that was read last. */
  get end(): number {
    return this.#end;
  }

  /** The number that begins at `from` and ends before `to`; undefined where none does. */
  scan(bytes: Uint8Array, from: number, to: number): number | undefined {
    return this.read(bytes, from, to) < 0 ? undefined : this.#value;
  }

  /** As `scan`, for the many: puts the number into `value` and returns the index behind it, or -1. */
  read(bytes: Uint8Array, from: number, to: number): number {
    const isNegative = bytes[from] === minus;
    const digitsEnd = this.#significand(bytes, isNegative ? from + 1 : from, to);
    if (digitsEnd < 0) return -1;
    let scale = -this.#fractionDigits;
    let end = digitsEnd;
    // The case bit makes e of E.
    if (digitsEnd < to && ((bytes[digitsEnd] ?? 0) | 0x20) === 0x65) {
      const exponent = this.#exponent(bytes, digitsEnd, to);
      end = this.#end;
      if (end < 0) return -1;
      scale += exponent;
    }
    let size = compose(this.#head, this.#tail, this.#tailDigits, scale);
    if (Number.isNaN(size)) size = Math.abs(toNumber(bytes, from, end));
    this.#value = isNegative ? -size : size;
    this.#end = end;
    return end;
  }

  /** Reads what stands before an exponent and returns the index behind it, or -1. */
  #significand(bytes: Uint8Array, from: number, to: number): number {
    this.#head = 0;
    this.#tail = 0;
    this.#tailDigits = 0;
    this.#fractionDigits = 0;
    const integerEnd = this.#digits(bytes, from, to);
    if (integerEnd === from || (bytes[from] === zero && integerEnd > from + 1)) return -1;
    if (integerEnd >= to || bytes[integerEnd] !== point) return integerEnd;
    const end = this.#digits(bytes, integerEnd + 1, to);
    this.#fractionDigits = end - integerEnd - 1;
    return this.#fractionDigits === 0 ? -1 : end;
  }

  /** Returns the index behind the digits that begin at `from`. */
  #digits(bytes: Uint8Array, from: number, to: number): number {
    let head = this.#head;
    let at = from;
    for (; at < to && head < headLimit; at += 1) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit >>> 0 > 9) break;
      head = (head * 10 + digit) | 0;
    }
    this.#head = head;
    return head < headLimit ? at : this.#moreDigits(bytes, at, to);
  }

  #moreDigits(bytes: Uint8Array, from: number, to: number): number {
    let tail = this.#tail;
    let at = from;
    for (; at < to; at += 1) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit >>> 0 > 9) break;
      tail = (tail * 10 + digit) | 0;
    }
    this.#tail = tail;
    this.#tailDigits += at - from;
    return at;
  }

  /** The exponent whose mark stands at `from`; `#end` becomes the index behind it, or -1. */
  #exponent(bytes: Uint8Array, from: number, to: number): number {
    const sign = bytes[from + 1];
    const first = sign === minus || sign === plus ? from + 2 : from + 1;
    let at = first;
    let exponent = 0;
    for (; at < to; at += 1) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit >>> 0 > 9) break;
      // More is beyond any double in any case, and goes to Number.
      exponent = Math.min(exponent * 10 + digit, 99_999);
    }
    this.#end = at === first ? -1 : at;
    return sign === minus ? -exponent : exponent;
  }
}

/** (head · 10^tailDigits + tail) · 10^scale; NaN where that takes more than is done here. */
function compose(head: number, tail: number, tailDigits: number, scale: number): number {
  if (head === 0) return 0;
  if (tailDigits > maximumTailDigits) return Number.NaN;
  // Exact: nine digits and nine zeros have 51 bits without the twos in the zeros.
  const product = head * exactPower(tailDigits);
  const whole = product + tail;
  if (whole <= largestSafe && Math.abs(scale) <= 22) {
    return scale < 0 ? whole / exactPower(-scale) : whole * exactPower(scale);
  }
  if (scale > 0 || scale < -44) return Number.NaN;
  return divide(whole, tail - (whole - product), -scale);
}

/** (high + low) / 10^power, rounded to the nearest double; NaN where that is in doubt. */
function divide(high: number, low: number, power: number): number {
  const inverse = highInverses[power] ?? 1;
  const quotient = high * inverse;
  const error = productError(high, inverse, quotient);
  const correction = error + (high * (lowInverses[power] ?? 0) + low * inverse);
  const doubt = quotient * 2 ** -95;
  const least = quotient + (correction - doubt);
  return least === quotient + (correction + doubt) ? least : Number.NaN;
}

function exactPower(power: number): number {
  return exactPowers[power] ?? 1;
}

/** 10^-power as the nearest double and the rest, which is as exact as a double can be. */
function inversePower(power: number): readonly [high: number, low: number] {
  const divisor = 10n ** BigInt(power);
  const high = 1 / Number(divisor);
  // high = digits / 2^shift, so that the rest is (2^shift - digits · divisor) / (2^shift · divisor).
  const shift = 200n;
  const digits = BigInt(high * 2 ** 200);
  const rest = (1n << shift) - digits * divisor;
  return [high, (Number(rest) * 2 ** -200) / Number(divisor)];
}

/** a · b − product, exactly (Dekker's product with Veltkamp's split). */
function productError(a: number, b: number, product: number): number {
  const scaledA = a * 134_217_729;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = b * 134_217_729;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

function toNumber(bytes: Uint8Array, from: number, to: number): number {
  return Number(String.fromCharCode(...bytes.subarray(from, Math.min(to, from + maximumText))));
}

/** Text longer than this is no number that a program wrote. */
const maximumText = 1024;
