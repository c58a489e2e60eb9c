import { crc32 } from '../../server/src/readers/crc32.ts';
import { bytesField, concatenate, varintField } from './writeEvents.ts';

const blockBytes = 32 * 2 ** 10;
const chunkHeaderBytes = 7;

/** The items of a record: JSON texts by key; a list of keys is written as a nested one. */
type WandbItems = readonly (readonly [key: string | readonly string[], json: string])[];

/** The first bytes of every `.wandb` file: `:W&B`, 0xBEE1, version 0. */
export const wandbHeader = Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0);

/** A whole `.wandb` file of the given records. */
export function writeWandbFile(records: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [wandbHeader];
  let at = wandbHeader.length;
  for (const record of records) {
    const framed = frameRecord(record, at);
    at += framed.length;
    parts.push(framed);
  }
  return concatenate(parts);
}

/** One record in the framing of LevelDB's log, to stand at `offset` in the file. */
export function frameRecord(record: Uint8Array, offset: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = offset;
  let from = 0;
  do {
    const padding = paddingAt(at);
    const room = blockBytes - ((at + padding) % blockBytes) - chunkHeaderBytes;
    const to = Math.min(record.length, from + room);
    const type = chunkType(parts.length === 0, to === record.length);
    parts.push(concatenate([new Uint8Array(padding), writeChunk(type, record.subarray(from, to))]));
    at += padding + chunkHeaderBytes + to - from;
    from = to;
  } while (from < record.length);
  return concatenate(parts);
}

/** Zeros where a block has no room for the header of a chunk. */
function paddingAt(offset: number): number {
  const room = blockBytes - (offset % blockBytes);
  return room < chunkHeaderBytes ? room : 0;
}

function chunkType(isFirst: boolean, isLast: boolean): number {
  if (isFirst) return isLast ? 1 : 2;
  return isLast ? 4 : 3;
}

/** One chunk: CRC, length, type (1 whole, 2 first, 3 middle, 4 last), data. */
export function writeChunk(type: number, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(chunkHeaderBytes + data.length);
  chunk[6] = type;
  chunk.set(data, chunkHeaderBytes);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, crc32(chunk, 6), true);
  view.setUint16(4, data.length, true);
  return chunk;
}

/** A history record. `step` is the number of its own message, which the client may leave out. */
export function historyRecord(items: WandbItems, step?: number): Uint8Array {
  const parts = items.map((item) => bytesField(1, encodeItem(item)));
  if (step !== undefined) parts.push(bytesField(2, optionalField(1, step)));
  return bytesField(2, concatenate(parts));
}

/** Statistics of the system at a time in seconds. */
export function statsRecord(items: WandbItems, wallTime: number): Uint8Array {
  const seconds = Math.floor(wallTime);
  const nanoseconds = Math.round((wallTime - seconds) * 1e9);
  const time = concatenate([optionalField(1, seconds), optionalField(2, nanoseconds)]);
  const parts = items.map((item) => bytesField(3, encodeItem(item)));
  return bytesField(7, concatenate([bytesField(2, time), ...parts]));
}

/** The latest values again, which every step writes and no reader of histories wants. */
export function summaryRecord(items: WandbItems): Uint8Array {
  return bytesField(3, concatenate(items.map((item) => bytesField(1, encodeItem(item)))));
}

/** Text of the console. */
export function outputRecord(text: string): Uint8Array {
  return bytesField(13, bytesField(3, encodeText(text)));
}

function encodeItem([key, json]: WandbItems[number]): Uint8Array {
  const keys = typeof key === 'string' ? [bytesField(1, encodeText(key))] : [];
  const nested = typeof key === 'string' ? [] : key.map((part) => bytesField(2, encodeText(part)));
  return concatenate([...keys, ...nested, bytesField(16, encodeText(json))]);
}

function optionalField(field: number, value: number): Uint8Array {
  return value === 0 ? new Uint8Array() : varintField(field, value);
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
