import type { Random } from '../../../../server/src/base/random.ts';
import { detectFormat, detectionHeadBytes } from '../../../../server/src/readers/detectFormat.ts';
import type { LogFormat, LogReader } from '../../../../server/src/readers/logFormat.ts';
import type {
  SlicedReading,
  SnapshotFormat,
  SnapshotReading,
} from '../../../../server/src/readers/snapshotFormat.ts';
import { BrokenPromise, WatchingSink } from './watchingSink.ts';

/** An input of some kilobytes may take this long on the busiest machine; it takes a millisecond. */
const longestMs = 5000;

/**
 * Reads bytes as a file of the format, at once and in random pieces, and throws a BrokenPromise
 * where the reader breaks what every reader promises: nothing thrown, no more consumed than given,
 * ranges inside the file and in order, work and names in proportion to the bytes, nothing kept of
 * the caller's buffers, the same points from pieces as from the whole.
 */
export function checkReading(
  format: LogFormat,
  path: string,
  bytes: Uint8Array,
  random: Random,
): void {
  const started = performance.now();
  const { length } = bytes;
  const whole = feed(format.createReader(path), bytes, [length], 'no');
  const pieces = feed(format.createReader(path), bytes, cutsOf(length, random), 'no');
  if (whole.digest !== pieces.digest) {
    throw new BrokenPromise(`${whole.digest} as a whole, ${pieces.digest} in pieces`);
  }
  // A line that was taken in a pause may turn out to go on, so that the points may differ.
  if (random.uniform() < 0.25) {
    feed(format.createReader(path), bytes, cutsOf(length, random), 'within');
  }
  if (random.uniform() < 0.3) checkDetection(format, path, bytes);
  const ms = performance.now() - started;
  if (ms > longestMs) throw new BrokenPromise(`${ms} ms for ${length} bytes`);
}

/** The same of a file that is read as a whole; twice the same bytes give twice the same. */
export function checkSnapshot(format: SnapshotFormat, path: string, bytes: Uint8Array): void {
  const started = performance.now();
  const [first, second] = [new WatchingSink(bytes.length), new WatchingSink(bytes.length)];
  const reading = readToEnd(format.read(bytes, path, first), bytes.length);
  readToEnd(format.read(Uint8Array.from(bytes), path, second), bytes.length);
  if (first.digest !== second.digest) throw new BrokenPromise('another reading, other points');
  if (Number.isNaN(reading.progress)) throw new BrokenPromise('progress that is no number');
  checkDetection(format, path, bytes);
  const ms = performance.now() - started;
  if (ms > longestMs) throw new BrokenPromise(`${ms} ms for ${bytes.length} bytes`);
}

function readToEnd(slices: SlicedReading, length: number): SnapshotReading {
  let slice = slices.next();
  for (let pauses = 1; !slice.done; pauses += 1) {
    if (pauses > length) throw new BrokenPromise('more pauses than bytes');
    slice = slices.next();
  }
  return slice.value;
}

function checkDetection(format: Pick<LogFormat, 'detect'>, path: string, bytes: Uint8Array): void {
  const head = bytes.subarray(0, detectionHeadBytes);
  const confidence = format.detect(path, head);
  if (confidence < 0 || confidence > 1) throw new BrokenPromise(`confidence ${confidence}`);
  detectFormat(path, head);
}

/** Hands a file over as a tail does, in buffers that are used again for other things. */
function feed(
  reader: LogReader,
  bytes: Uint8Array,
  sizes: readonly number[],
  pauses: 'no' | 'within',
): WatchingSink {
  const sink = new WatchingSink(bytes.length);
  let consumed = 0;
  const hand = (size: number, how: (piece: Uint8Array) => number): void => {
    const piece = bytes.slice(consumed, size);
    const count = how(piece);
    if (!(Number.isInteger(count) && count >= 0 && count <= size - consumed)) {
      throw new BrokenPromise(`${count} of ${size - consumed} bytes consumed`);
    }
    piece.fill(0xaa);
    consumed += count;
  };
  for (const size of sizes) {
    hand(size, (piece) => reader.read(piece, consumed, sink));
    if (pauses === 'no') continue;
    hand(size, (piece) => reader.readIdleTail(piece, consumed, sink, 'paused'));
  }
  for (const idle of ['paused', 'ended'] as const) {
    hand(bytes.length, (piece) => reader.readIdleTail(piece, consumed, sink, idle));
  }
  return sink;
}

/** Sizes of a growing file, the last one the whole; sometimes a run of single bytes among them. */
function cutsOf(length: number, random: Random): readonly number[] {
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const cuts = Array.from({ length: 1 + below(6) }, () => below(length + 1));
  if (random.uniform() < 0.3) {
    const from = below(length);
    for (let at = from; at < Math.min(length, from + 24); at += 1) cuts.push(at);
  }
  return [...cuts.sort((first, second) => first - second), length];
}
