import { isBulkEvent } from '../eventBulk.ts';
import { EventDecoder, type SummaryValue } from '../eventProto.ts';
import { isHole } from '../hole.ts';
import type { LogFormat, LogReader, PointSink } from '../logFormat.ts';
import { ProtoWalker } from '../protoWire.ts';
import { decodeScalarTensor } from '../tensorProto.ts';
import { recordFooterBytes, recordHeaderBytes, TfRecordChecker } from '../tfRecord.ts';
import { tensorboardExamples } from './tensorboardExamples.ts';

export const tensorboard: LogFormat = {
  name: 'tensorboard',
  description: 'TensorBoard event files (TensorFlow, Keras, PyTorch, Lightning, JAX)',
  detect,
  createReader: () => new EventFileReader(),
  examples: tensorboardExamples,
};

/** Records above this size are skipped, so that a damaged file cannot claim all memory. */
const maximumRecordBytes = 64 * 2 ** 20;
/** A first record above this size is not the version record that opens every event file. */
const maximumVersionRecordBytes = 1024;

function detect(fileName: string, head: Uint8Array): number {
  // Content counts first, but a damaged file of that name is claimed too, so that it is reported.
  const byName = (fileName.split(/[/\\]/).at(-1) ?? '').includes('tfevents') ? 0.5 : 0;
  const length = new TfRecordChecker().readLength(head, 0);
  if (length === undefined) return byName > 0 ? Number.NaN : 0;
  // The negation also catches the NaN of a bad checksum.
  if (!(length <= maximumVersionRecordBytes)) return byName;
  const end = recordHeaderBytes + length;
  if (head.length < end) return Number.NaN;
  const event = new EventDecoder();
  const isEvent = event.decode(head, recordHeaderBytes, end);
  return isEvent && event.fileVersion?.startsWith('brain.Event:') ? 1 : byName;
}

class EventFileReader implements LogReader {
  readonly #checker = new TfRecordChecker();
  readonly #event = new EventDecoder();
  readonly #walker = new ProtoWalker(new Uint8Array());
  /** Bytes of a skipped record that are still to come. */
  #toSkip = 0;
  #stopped = false;

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    let at = this.#skip(bytes.length);
    while (!this.#stopped && at < bytes.length) {
      const size = this.#readRecord(bytes, at, offset, sink);
      if (size === 0) break;
      at = Math.min(at + size, bytes.length);
    }
    return this.#stopped ? bytes.length : at;
  }

  readIdleTail(): number {
    // A record without its end is never whole, however long the file has been idle.
    return 0;
  }

  #skip(available: number): number {
    const skipped = Math.min(this.#toSkip, available);
    this.#toSkip -= skipped;
    return skipped;
  }

  /** Returns the size of the record, or 0 while it is not there yet. */
  #readRecord(bytes: Uint8Array, at: number, offset: number, sink: PointSink): number {
    const length = this.#checker.readLength(bytes, at);
    if (length === undefined) return 0;
    if (Number.isNaN(length)) return this.#endAt(bytes, at, offset, sink);
    const start = at + recordHeaderBytes;
    const end = start + length;
    const isBulk = isBulkEvent(this.#walker, bytes, start, end, Math.min(end, bytes.length));
    if (isBulk === undefined) return 0;
    const size = recordHeaderBytes + length + recordFooterBytes;
    const isTooLarge = !isBulk && length > maximumRecordBytes;
    if (isTooLarge) sink.skipped(offset + at, offset + at + size, 'record above 64 MiB');
    if (isBulk || isTooLarge) this.#toSkip = Math.max(0, at + size - bytes.length);
    else if (at + size > bytes.length) return 0;
    else this.#takeRecord(bytes, start, end, offset, sink);
    return size;
  }

  #takeRecord(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    sink: PointSink,
  ): void {
    const byteStart = offset + start - recordHeaderBytes;
    const byteEnd = offset + end + recordFooterBytes;
    const isSound = this.#checker.isSound(bytes, start, end);
    if (isSound && this.#event.decode(bytes, start, end)) {
      this.#takeEvent(bytes, byteStart, byteEnd, sink);
    } else {
      const reason = isSound ? 'not an event' : 'checksum of the data does not match';
      sink.skipped(byteStart, byteEnd, reason);
    }
  }

  /** No later record can be found without this one's length: the end, unless it is a hole. */
  #endAt(bytes: Uint8Array, at: number, offset: number, sink: PointSink): number {
    if (isHole(bytes, at)) return 0;
    this.#stopped = true;
    sink.skipped(
      offset + at,
      offset + at + recordHeaderBytes,
      'checksum of a length does not match; nothing behind it in this file can be read',
    );
    return 0;
  }

  #takeEvent(bytes: Uint8Array, byteStart: number, byteEnd: number, sink: PointSink): void {
    const event = this.#event;
    if (event.isSessionStart) sink.sessionStart(event.step);
    let isOpen = false;
    for (let index = 0; index < event.valueCount; index += 1) {
      const value = event.value(index);
      const scalar = value && this.#scalarOf(bytes, value);
      if (!value || scalar === undefined) continue;
      if (!isOpen) sink.unit(byteStart, byteEnd);
      isOpen = true;
      sink.point(value.tag.name, event.step, event.wallTime, scalar);
    }
  }

  /** TensorBoard's rule: `simple_value`, or a tensor whose tag belongs to the plugin `scalars`. */
  #scalarOf(bytes: Uint8Array, value: SummaryValue): number | undefined {
    this.#event.learnPlugin(bytes, value);
    if (value.hasSimple) return value.simple;
    if (value.tensorEnd === 0 || value.tag.plugin !== 'scalars') return undefined;
    return decodeScalarTensor(bytes, value.tensorStart, value.tensorEnd);
  }
}
