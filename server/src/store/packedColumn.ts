/**
 * One column of a block, each number of it given back to the last bit in the fewest bytes: none where
 * the numbers rise evenly (steps) or are all the same, four where single precision or an integer
 * holds each of them, else eight.
 */
export interface PackedColumn {
  readonly first: number;
  readonly stride: number;
  /** Absent where `first` and `stride` say it all. */
  readonly numbers: Float32Array | Int32Array | Float64Array | undefined;
}

/** Packs numbers, which may change afterwards. */
export function packColumn(numbers: Float64Array): PackedColumn {
  const [first = Number.NaN, second = first] = [numbers[0], numbers[1]];
  const stride = Number.isNaN(first) ? 0 : second - first;
  return { first, stride, numbers: isEven(numbers, stride) ? undefined : narrow(numbers) };
}

export function readPacked({ first, stride, numbers }: PackedColumn, index: number): number {
  return numbers === undefined ? first + index * stride : (numbers[index] ?? Number.NaN);
}

/** Reads the numbers from an index on until `into` is full. */
export function unpack(
  { first, stride, numbers }: PackedColumn,
  index: number,
  into: Float64Array,
): void {
  if (numbers !== undefined) into.set(numbers.subarray(index, index + into.length));
  else for (let at = 0; at < into.length; at += 1) into[at] = first + (index + at) * stride;
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

function narrow(numbers: Float64Array): Float32Array | Int32Array | Float64Array {
  // Most columns that do not fit show it by their first number.
  const first = numbers[0] ?? Number.NaN;
  const single = Object.is(Math.fround(first), first) && new Float32Array(numbers);
  if (single && isSame(single, numbers)) return single;
  const integers = Object.is(first | 0, first) && new Int32Array(numbers);
  return integers && isSame(integers, numbers) ? integers : numbers.slice();
}

function isSame(narrower: Float32Array | Int32Array, numbers: Float64Array): boolean {
  for (let at = 0; at < numbers.length; at += 1) {
    if (!Object.is(narrower[at], numbers[at])) return false;
  }
  return true;
}
