import { maskedCrc32c } from '../../../server/src/readers/crc32c.ts';
import { type ByteWriter, varintSize } from '../byteWriter.mts';
import { startOfRun } from '../trainingCurves.mts';

const headerBytes = 12;
const footerBytes = 4;
/** Of a frame around a payload and of the payload's wall time and step. */
const overhead = 64;

/** Writes one TFRecord around what `payload` writes, which takes at most `room` bytes. */
export function writeFrame(out: ByteWriter, room: number, payload: () => void): void {
  out.begin(room + overhead);
  const start = out.at;
  out.skip(headerBytes);
  payload();
  const end = out.at;
  out.uint32At(start, end - start - headerBytes);
  out.uint32At(start + 8, maskedCrc32c(out.bytes, start, start + 8));
  out.skip(footerBytes);
  out.uint32At(end, maskedCrc32c(out.bytes, start + headerBytes, end));
}

/** Writes the record that opens every event file. */
export function writeVersion(out: ByteWriter): void {
  writeFrame(out, 0, () => {
    writeTime(out, startOfRun, 0);
    lengthDelimited(out, 3, 'brain.Event:2'.length);
    out.text('brain.Event:2');
  });
}

/** Writes an event with one `Summary.Value` of `size` bytes, which `value` writes. */
export function writeEvent(
  out: ByteWriter,
  wallTime: number,
  step: number,
  size: number,
  value: () => void,
): void {
  writeFrame(out, size, () => {
    writeTime(out, wallTime, step);
    lengthDelimited(out, 5, 1 + varintSize(size) + size);
    lengthDelimited(out, 1, size);
    value();
  });
}

/** The key and the length of a field; its contents follow. */
export function lengthDelimited(out: ByteWriter, field: number, length: number): void {
  out.varint(field * 8 + 2);
  out.varint(length);
}

/** Bytes of a length-delimited field with a number below 16. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

export function writeTime(out: ByteWriter, wallTime: number, step: number): void {
  out.byte(1 * 8 + 1);
  out.float64(wallTime);
  if (step === 0) return;
  out.byte(2 * 8);
  out.varint(step);
}
