import type { Clock } from '../base/clock.ts';
import type { PointSink } from '../readers/logFormat.ts';
import type { SlicedReading, SnapshotFormat, SnapshotReading } from '../readers/snapshotFormat.ts';
import type { TailOutcome } from './fileTail.ts';
import type { LogFile } from './logSource.ts';
import type { ReplaceableTarget } from './replacement.ts';

/** Larger files are not read: all of one has to be in memory, and is read again with every change. */
const maximumBytes = 256 * 2 ** 20;
const blockBytes = 4 * 2 ** 20;
/** A file that is being written is looked at again after this long, so many times. */
const halfWrittenMs = 500;
const halfWrittenLooks = 4;
/** After a reading, its time so many times over belongs to others. */
const restFactor = 10;

/** Reads a file that its writer rewrites as a whole, anew with every change. */
export class SnapshotTail {
  readonly #path: string;
  readonly #clock: Clock;
  /** The states of the file at the last look, and when it was last read. */
  #looked = '';
  #read = '';
  #looksLeft = halfWrittenLooks;
  #restUntil = 0;
  #problem: string | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** The next look reads the file although it has not changed. */
  readAgain(): void {
    this.#read = '';
    this.#restUntil = 0;
  }

  async look(
    file: LogFile,
    format: SnapshotFormat,
    target: ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<TailOutcome> {
    const { identity, size, modifiedAt } = file;
    const state = `${identity}:${size}:${modifiedAt}`;
    const changed = state !== this.#looked;
    if (changed) this.#looksLeft = halfWrittenLooks;
    this.#looked = state;
    const idleAfterMs =
      state === this.#read ? undefined : await this.#readAll(file, format, target, checkpoint);
    if (idleAfterMs === undefined) this.#read = state;
    return {
      state: 'reading',
      changed,
      hasMore: false,
      modifiedAt,
      ...(idleAfterMs === undefined ? {} : { idleAfterMs }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  /** Reads the file once more; what the sink got is nothing worth where the file is not whole. */
  async readOnceMore(
    file: LogFile,
    format: SnapshotFormat,
    sink: PointSink,
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    if (file.size > maximumBytes) return;
    const bytes = await readWhole(file, checkpoint);
    await readSlices(format.read(bytes, this.#path, sink), checkpoint);
  }

  /** Returns in how long to try again where the file was not whole or it is too early. */
  async #readAll(
    file: LogFile,
    format: SnapshotFormat,
    target: ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<number | undefined> {
    this.#problem = file.size > maximumBytes ? tooLarge(file.size) : undefined;
    if (this.#problem !== undefined) return undefined;
    const now = this.#clock.now();
    if (now < this.#restUntil) return this.#restUntil - now;
    const bytes = await readWhole(file, checkpoint);
    target.beginAnew();
    const slices = format.read(bytes, this.#path, target.sinkOf(format));
    const reading = await readSlices(slices, checkpoint);
    this.#restUntil = this.#clock.now() + restFactor * (this.#clock.now() - now);
    if (reading.isWhole && bytes.length === file.size) {
      target.complete(reading.progress);
      return undefined;
    }
    target.abandon();
    this.#looksLeft -= 1;
    return this.#looksLeft > 0 ? halfWrittenMs : undefined;
  }
}

async function readSlices(
  slices: SlicedReading,
  checkpoint: () => Promise<void>,
): Promise<SnapshotReading> {
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
    await checkpoint();
  }
}

async function readWhole(file: LogFile, checkpoint: () => Promise<void>): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  let length = 0;
  while (length < bytes.length) {
    const count = await file.read(bytes.subarray(length, length + blockBytes), length);
    if (count === 0) break;
    length += count;
    await checkpoint();
  }
  return bytes.subarray(0, length);
}

function tooLarge(bytes: number): string {
  const size = Math.ceil(bytes / 2 ** 20);
  return `It has ${size} MiB, and a file of its kind is read up to ${maximumBytes / 2 ** 20} MiB. Let the training log to TensorBoard, CSV or JSON lines too, which are read as they grow.`;
}
