import type { LogReader, PointSink } from '../../server/src/readers/logFormat.ts';

/** What a reader reported, point by point, with the unit that each point came from. */
export interface Recording {
  readonly points: {
    readonly name: string;
    readonly step: number;
    readonly wallTime: number;
    readonly value: number;
    readonly unit: readonly [byteStart: number, byteEnd: number];
  }[];
  readonly skipped: { readonly byteStart: number; readonly byteEnd: number; reason: string }[];
  readonly sessionStarts: number[];
}

/** A sink that keeps everything it is told. */
export class RecordingSink implements PointSink {
  readonly recording: Recording = { points: [], skipped: [], sessionStarts: [] };
  #unit: readonly [number, number] = [Number.NaN, Number.NaN];

  unit(byteStart: number, byteEnd: number): void {
    this.#unit = [byteStart, byteEnd];
  }

  point(name: string, step: number, wallTime: number, value: number): void {
    this.recording.points.push({ name, step, wallTime, value, unit: this.#unit });
  }

  skipped(byteStart: number, byteEnd: number, reason: string): void {
    this.recording.skipped.push({ byteStart, byteEnd, reason });
  }

  /** Recordings hold what the log says. */
  inRound(): void {}

  sessionStart(step: number): void {
    this.recording.sessionStarts.push(step);
  }
}

/**
 * Feeds a file to a reader as a tail would: the file grows to each of `sizes` (ascending) in turn
 * and at last to its whole length, where it ends; the reader gets all bytes that it has not consumed
 * yet.
 */
export function readGrowing(
  reader: LogReader,
  bytes: Uint8Array,
  sizes: readonly number[] = [],
): Recording {
  const sink = new RecordingSink();
  let consumed = 0;
  for (const size of [...sizes, bytes.length]) {
    consumed += reader.read(bytes.subarray(consumed, size), consumed, sink);
  }
  for (const idle of ['paused', 'ended'] as const) {
    consumed += reader.readIdleTail(bytes.subarray(consumed), consumed, sink, idle);
  }
  return sink.recording;
}
