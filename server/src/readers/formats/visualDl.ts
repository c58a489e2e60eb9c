import { isHole } from '../hole.ts';
import type { IdleState, LogFormat, LogReader, PointSink } from '../logFormat.ts';
import {
  readVisualDlLength,
  VisualDlRecordReader,
  visualDlHeaderBytes,
  visualDlPrefixBytes,
} from '../visualDlRecord.ts';
import { visualDlExamples } from './visualDlExamples.ts';

export const visualDl: LogFormat = {
  name: 'visualdl',
  description: 'VisualDL `vdlrecords.*.log` files (PaddlePaddle)',
  detect,
  createReader: () => new VisualDlReader(),
  examples: visualDlExamples,
};

/** Larger records hold images, audio or embeddings, which are passed over as they come. */
const maximumScalarBytes = 64 * 2 ** 10;

/** The file has no magic bytes: its first record must be one, and the name adds certainty. */
function detect(fileName: string, head: Uint8Array): number {
  const isNamed = (fileName.split(/[/\\]/).at(-1) ?? '').includes('vdlrecords');
  if (head.length < visualDlPrefixBytes) return isNamed || couldBegin(head) ? Number.NaN : 0;
  const byContent = judgeFirstRecord(head);
  if (!isNamed) return byContent;
  // A damaged file of that name is claimed too, so that it is reported.
  return byContent === 0 ? 0.5 : 1;
}

function judgeFirstRecord(head: Uint8Array): number {
  const length = readVisualDlLength(head, 0);
  if (length === undefined || length > maximumScalarBytes) return 0;
  const end = visualDlHeaderBytes + length;
  if (head.length < end) return Number.NaN;
  return new VisualDlRecordReader().decode(head, visualDlHeaderBytes, end) ? 0.9 : 0;
}

/** Whether bytes that are too few to tell could be the beginning of a first record. */
function couldBegin(head: Uint8Array): boolean {
  return head.length > 4 && head.subarray(4, visualDlHeaderBytes).every((byte) => byte === 0);
}

class VisualDlReader implements LogReader {
  readonly #records = new VisualDlRecordReader();
  /** Bytes of a record that is passed over and are still to come. */
  #toSkip = 0;
  /** Where the damaged part began, while the next record is looked for. */
  #lostFrom: number | undefined;

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    let at = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= at;
    while (at < bytes.length) {
      const size = this.#readRecord(bytes, at, offset, sink);
      if (size === 0) break;
      at = Math.min(at + size, bytes.length);
    }
    return at;
  }

  /** What was looked through in vain is told once nothing more comes. */
  readIdleTail(bytes: Uint8Array, offset: number, sink: PointSink, idle: IdleState): number {
    if (this.#lostFrom === undefined || idle === 'paused') return 0;
    this.#tellLost(offset, sink);
    return bytes.length;
  }

  /** Returns the bytes to go on by: a record, or one byte that begins none; 0 to wait. */
  #readRecord(bytes: Uint8Array, at: number, offset: number, sink: PointSink): number {
    const available = bytes.length - at;
    const length = readVisualDlLength(bytes, at);
    if (length === undefined) return this.#passOver(bytes, at, offset);
    const size = visualDlHeaderBytes + length;
    if (length > maximumScalarBytes) {
      this.#tellLost(offset + at, sink);
      this.#toSkip = Math.max(0, size - available);
      return size;
    }
    if (size > available) return 0;
    if (!this.#records.decode(bytes, at + visualDlHeaderBytes, at + size)) {
      // The length can be the damaged part: the next record may begin before it ends.
      this.#lostFrom ??= offset + at;
      return 1;
    }
    this.#tellLost(offset + at, sink);
    this.#emit(offset + at, offset + at + size, sink);
    return size;
  }

  #emit(byteStart: number, byteEnd: number, sink: PointSink): void {
    const records = this.#records;
    if (records.count > 0) sink.unit(byteStart, byteEnd);
    for (let index = 0; index < records.count; index += 1) {
      const scalar = records.scalar(index);
      if (scalar) sink.point(scalar.tag, scalar.step, scalar.wallTime, scalar.value);
    }
  }

  #passOver(bytes: Uint8Array, at: number, offset: number): number {
    if (bytes.length - at < visualDlPrefixBytes) return 0;
    if (this.#lostFrom === undefined && isHole(bytes, at)) return 0;
    this.#lostFrom ??= offset + at;
    return 1;
  }

  /** Tells of the damaged part, if there is one, and that it ends here. */
  #tellLost(byteEnd: number, sink: PointSink): void {
    const byteStart = this.#lostFrom;
    this.#lostFrom = undefined;
    if (byteStart !== undefined && byteStart < byteEnd) {
      sink.skipped(byteStart, byteEnd, 'not a record of VisualDL');
    }
  }
}
