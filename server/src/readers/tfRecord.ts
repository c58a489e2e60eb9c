import { MaskedCrc32c, maskedCrc32c } from './crc32c.ts';
import { int32At, uint32At } from './littleEndian.ts';

/** Bytes before the data of a record: its length (u64) and the length's masked CRC (u32). */
export const recordHeaderBytes = 12;
/** Bytes behind the data of a record: the data's masked CRC (u32). */
export const recordFooterBytes = 4;

/** Checks the frames of TFRecords: tensorflow/core/lib/io/record_writer.cc. */
export class TfRecordChecker {
  readonly #crc = new MaskedCrc32c();

  /**
   * The data length of the record that starts at `at`: undefined while the header is not there yet,
   * NaN where the header's checksum does not match, which means that no later record can be found.
   */
  readLength(bytes: Uint8Array, at: number): number | undefined {
    if (at + recordHeaderBytes > bytes.length) return undefined;
    const low = int32At(bytes, at);
    const high = int32At(bytes, at + 4);
    const isShort = high === 0 && low >= 0 && low < shortLengths;
    const checksum = isShort ? checksums[low] : this.#crc.of(bytes, at, at + 8);
    if (uint32At(bytes, at + 8) !== checksum) return Number.NaN;
    return isShort ? low : (high >>> 0) * 2 ** 32 + (low >>> 0);
  }

  /** Whether the checksum behind the data, which lie from `start` up to `end`, matches them. */
  isSound(bytes: Uint8Array, start: number, end: number): boolean {
    return uint32At(bytes, end) === this.#crc.of(bytes, start, end);
  }
}

/** Most records hold one number and are shorter than this. */
const shortLengths = 512;
/** Masked CRCs of the short lengths. */
const checksums = Uint32Array.from({ length: shortLengths }, (_, length) =>
  maskedCrc32c(new Uint8Array(BigUint64Array.of(BigInt(length)).buffer)),
);
