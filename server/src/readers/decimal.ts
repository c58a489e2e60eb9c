/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const exactPowers: readonly number[] = Array.from({ length: 23 }, (_, power) => 10 ** power);

/** 10^0 to 10^44 as unevaluated sums `high + low`, exact because 5^44 has 103 bits. */
const highPowers: readonly number[] = Array.from({ length: 45 }, (_, power) => {
  return exactPower(Math.min(power, 22)) * exactPower(Math.max(0, power - 22));
});
const lowPowers: readonly number[] = highPowers.map((high, power) => {
  return productError(exactPower(Math.min(power, 22)), exactPower(Math.max(0, power - 22)), high);
});

/** Up to this integer every one is a double. */
const largestSafe = 2 ** 53 - 1;
/** Below this, an integer takes one digit more and still has 32 bits, which is what makes it fast. */
const headLimit = 1e8;
const maximumTailDigits = 9;

const zero = 0x30;
const nine = 0x39;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;

/**
 * Reads numbers of the JSON grammar from bytes, to the same double as `Number` (the nearest one).
 * Up to 2^53 the digits need one exact operation (Clinger 1990, "How to read floating point numbers
 * accurately", the fast path). Longer ones, as Python writes them, are divided in double-double
 * arithmetic (Dekker 1971), whose error is far below half a unit in the last place: where the
 * result lies too near to the middle between two doubles, and for exponents beyond 10^±44, the text
 * goes to `Number`.
 */
export class DecimalScanner {
  #end = 0;
  /** The first nine digits that count, and the ones behind them. */
  #head = 0;
  #tail = 0;
  #tailDigits = 0;
  #fractionDigits = 0;

  /** The index behind the number that `scan` read last. */
  get end(): number {
    return this.#end;
  }

  /** The number that begins at `from` and ends before `to`; undefined where none does. */
  scan(bytes: Uint8Array, from: number, to: number): number | undefined {
    const isNegative = bytes[from] === minus;
    const digitsEnd = this.#significand(bytes, isNegative ? from + 1 : from, to);
    if (digitsEnd < 0) return undefined;
    const exponent = this.#exponent(bytes, digitsEnd, to);
    if (exponent === undefined) return undefined;
    const scale = exponent - this.#fractionDigits;
    const size =
      compose(this.#head, this.#tail, this.#tailDigits, scale) ??
      Math.abs(toNumber(bytes, from, this.#end));
    return isNegative ? -size : size;
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
      if (digit < 0 || digit > 9) break;
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
      if (digit < 0 || digit > 9) break;
      tail = (tail * 10 + digit) | 0;
    }
    this.#tail = tail;
    this.#tailDigits += at - from;
    return at;
  }

  /** The exponent that begins at `from` (0 for none); undefined where it has no digits. */
  #exponent(bytes: Uint8Array, from: number, to: number): number | undefined {
    this.#end = from;
    const mark = bytes[from];
    if (from >= to || (mark !== 0x65 && mark !== 0x45)) return 0;
    const sign = bytes[from + 1];
    const first = sign === minus || sign === plus ? from + 2 : from + 1;
    let at = first;
    let exponent = 0;
    for (; at < to && isDigit(bytes[at]); at += 1) {
      // More is beyond any double in any case, and goes to Number.
      exponent = Math.min(exponent * 10 + (bytes[at] ?? 0) - zero, 99_999);
    }
    this.#end = at;
    if (at === first) return undefined;
    return sign === minus ? -exponent : exponent;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

/** (head · 10^tailDigits + tail) · 10^scale; undefined where that takes more than is done here. */
function compose(
  head: number,
  tail: number,
  tailDigits: number,
  scale: number,
): number | undefined {
  if (head === 0) return 0;
  if (tailDigits > maximumTailDigits) return undefined;
  const shift = exactPower(tailDigits);
  const product = head * shift;
  const whole = product + tail;
  if (whole <= largestSafe && Math.abs(scale) <= 22) {
    return scale < 0 ? whole / exactPower(-scale) : whole * exactPower(scale);
  }
  if (scale > 0 || scale < -44) return undefined;
  const rest = productError(head, shift, product) + (tail - (whole - product));
  return divide(whole, rest, -scale);
}

/** (high + low) / 10^power, rounded to the nearest double; undefined where that is in doubt. */
function divide(high: number, low: number, power: number): number | undefined {
  const divisor = highPowers[power] ?? 1;
  const quotient = high / divisor;
  const product = quotient * divisor;
  const error = productError(quotient, divisor, product);
  const rest = high - product - error + low - quotient * (lowPowers[power] ?? 0);
  const correction = rest / divisor;
  const doubt = quotient * 2 ** -95;
  const least = quotient + (correction - doubt);
  return least === quotient + (correction + doubt) ? least : undefined;
}

function exactPower(power: number): number {
  return exactPowers[power] ?? Number.NaN;
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
