/**
 * One column of a block, each number of it given back to the last bit in the fewest bytes: none where
 * the numbers rise evenly (steps) or are all the same, four where single precision, an integer or
 * the distance from the first holds each of them (wall times within 17 minutes), else eight.
 */
export interface PackedColumn {
  readonly first: number;
  readonly stride: number;
  /** Absent where `first` and `stride` say it all; strides from the first where they are unsigned. */
  readonly numbers: Float32Array | Int32Array | Uint32Array | Float64Array | undefined;
}

/**
 * What doubles from 2^30 to 2^31 are multiples of, which are the seconds since 1970 from 2004 to
 * 2038; later ones are multiples of twice as much.
 */
const timeGrain = 2 ** -22;

/** Packs numbers, which may change afterwards. */
export function packColumn(numbers: Float64Array): PackedColumn {
  const [first = Number.NaN, second = first] = [numbers[0], numbers[1]];
  const stride = Number.isNaN(first) ? 0 : second - first;
  if (isEven(numbers, stride)) return { first, stride, numbers: undefined };
  const narrower = narrow(numbers);
  if (narrower) return { first, stride, numbers: narrower };
  const distances = distancesFrom(first, numbers);
  if (distances) return { first, stride: timeGrain, numbers: distances };
  return { first, stride, numbers: numbers.slice() };
}

export function readPacked({ first, stride, numbers }: PackedColumn, index: number): number {
  if (numbers === undefined) return first + index * stride;
  const number = numbers[index] ?? Number.NaN;
  return numbers instanceof Uint32Array ? first + number * stride : number;
}

/** Reads the numbers from an index on until `into` is full. */
export function unpack(
  { first, stride, numbers }: PackedColumn,
  index: number,
  into: Float64Array,
): void {
  if (numbers === undefined) {
    for (let at = 0; at < into.length; at += 1) into[at] = first + (index + at) * stride;
    return;
  }
  into.set(numbers.subarray(index, index + into.length));
  if (!(numbers instanceof Uint32Array)) return;
  for (let at = 0; at < into.length; at += 1) into[at] = first + (into[at] ?? 0) * stride;
}

export function packedBytes({ numbers }: PackedColumn): number {
  return numbers?.byteLength ?? 0;
}

// Loops over indices: this is done for every point of a log, and callbacks cost several times as much.

function isEven(numbers: Float64Array, stride: number): boolean {
  const first = numbers[0] ?? Number.NaN;
  for (let at = 0; at < numbers.length; at += 1) {
    if (!Object.is(numbers[at], first + at * stride)) return false;
  }
  return true;
}

function narrow(numbers: Float64Array): Float32Array | Int32Array | undefined {
  if (isSingle(numbers)) return new Float32Array(numbers);
  return isInteger(numbers) ? new Int32Array(numbers) : undefined;
}

function isSingle(numbers: Float64Array): boolean {
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? Number.NaN;
    if (!Object.is(Math.fround(number), number)) return false;
  }
  return true;
}

function isInteger(numbers: Float64Array): boolean {
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? Number.NaN;
    if (!Object.is(number | 0, number)) return false;
  }
  return true;
}

/** How many grains of time each number lies behind the first, where that says it to the last bit. */
function distancesFrom(first: number, numbers: Float64Array): Uint32Array | undefined {
  // Most columns that do not fit show it by their last number.
  const last = numbers[numbers.length - 1] ?? Number.NaN;
  if (!Object.is(first + distance(first, last) * timeGrain, last)) return undefined;
  const distances = new Uint32Array(numbers.length);
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? Number.NaN;
    const grains = distance(first, number);
    if (!Object.is(first + grains * timeGrain, number)) return undefined;
    distances[at] = grains;
  }
  return distances;
}

/** Right only where the number is found again with it: it may be broken, negative or too large. */
function distance(first: number, number: number): number {
  return ((number - first) / timeGrain) >>> 0;
}
