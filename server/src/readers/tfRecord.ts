import { maskedCrc32c } from './crc32c.ts';

/** Bytes before the data of a record: its length (u64) and the length's masked CRC (u32). */
export const recordHeaderBytes = 12;
/** Bytes behind the data of a record: the data's masked CRC (u32). */
export const recordFooterBytes = 4;

/**
 * The data length of the TFRecord that starts at `at`: undefined while the header is not there yet,
 * NaN where the header's checksum does not match, which means that no later record can be found.
 * Layout: tensorflow/core/lib/io/record_writer.cc.
 */
export function readRecordLength(bytes: Uint8Array, at: number): number | undefined {
  if (at + recordHeaderBytes > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, recordHeaderBytes);
  if (view.getUint32(8, true) !== maskedCrc32c(bytes, at, at + 8)) return Number.NaN;
  return view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
}

/** Whether the checksum behind the `length` data bytes of the record at `at` matches them. */
export function hasSoundData(bytes: Uint8Array, at: number, length: number): boolean {
  const start = at + recordHeaderBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + length, recordFooterBytes);
  return view.getUint32(0, true) === maskedCrc32c(bytes, start, start + length);
}
