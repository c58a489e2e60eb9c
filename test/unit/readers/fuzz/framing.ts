import { concatenate, writeRecord } from '../../../support/writeEvents.ts';
import { frameRecord, writeChunk } from '../../../support/writeWandb.ts';

/** How the records of a format lie in a file: taken apart and put together with right checksums. */
export interface Framing {
  split(bytes: Uint8Array): readonly Uint8Array[];
  join(records: readonly Uint8Array[]): Uint8Array;
}

const levelDbHeaderBytes = 7;
const visualDlHeaderBytes = 8;

/** By the name of the format. Damage to a record would otherwise end at its checksum. */
export const framings: ReadonlyMap<string, Framing> = new Map([
  [
    'tensorboard',
    { split: splitTfRecords, join: (records) => concatenate(records.map(writeRecord)) },
  ],
  [
    'visualdl',
    { split: splitVisualDl, join: (records) => concatenate(records.map(frameVisualDl)) },
  ],
  ['wandb', levelDb(Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0))],
  ['swanlab-backup', levelDb(Uint8Array.of(0x3a, 0x53, 0x57, 0x4c, 0xd6, 0xe1, 1))],
]);

function splitTfRecords(bytes: Uint8Array): readonly Uint8Array[] {
  return splitByLength(bytes, 12, 4);
}

function splitVisualDl(bytes: Uint8Array): readonly Uint8Array[] {
  return splitByLength(bytes, visualDlHeaderBytes, 0);
}

/** Records that begin with their length as a little-endian u64, here below 2^32. */
function splitByLength(
  bytes: Uint8Array,
  headerBytes: number,
  footerBytes: number,
): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at + headerBytes <= bytes.length) {
    const end = at + headerBytes + view.getUint32(at, true);
    if (end > bytes.length) break;
    records.push(bytes.subarray(at + headerBytes, end));
    at = end + footerBytes;
  }
  return records;
}

function frameVisualDl(record: Uint8Array): Uint8Array {
  const header = new Uint8Array(visualDlHeaderBytes);
  new DataView(header.buffer).setUint32(0, record.length, true);
  return concatenate([header, record]);
}

function levelDb(fileHeader: Uint8Array): Framing {
  return {
    split: (bytes) => splitChunks(bytes),
    join: (records) => {
      const parts = [fileHeader];
      let at = fileHeader.length;
      for (const record of records) {
        // As in a longer file, where records go on in the next block.
        const framed = record.length % 2 === 0 ? frameRecord(record, at) : inParts(record);
        at += framed.length;
        parts.push(framed);
      }
      return concatenate(parts);
    },
  };
}

/** A record as a first chunk, one in the middle and a last one. */
function inParts(record: Uint8Array): Uint8Array {
  const third = Math.floor(record.length / 3);
  return concatenate([
    writeChunk(2, record.subarray(0, third)),
    writeChunk(3, record.subarray(third, 2 * third)),
    writeChunk(4, record.subarray(2 * third)),
  ]);
}

/** Whole records of the first block; files of examples have no second one. */
function splitChunks(bytes: Uint8Array): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  let at = levelDbHeaderBytes;
  while (at + levelDbHeaderBytes <= bytes.length) {
    const length = (bytes[at + 4] ?? 0) + 256 * (bytes[at + 5] ?? 0);
    const end = at + levelDbHeaderBytes + length;
    if (bytes[at + 6] !== 1 || end > bytes.length) break;
    records.push(bytes.subarray(at + levelDbHeaderBytes, end));
    at = end;
  }
  return records;
}
