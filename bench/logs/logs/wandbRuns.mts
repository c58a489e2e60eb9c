import type { BenchLog } from '../benchLog.mts';
import { lossAt, startOfRun } from '../trainingCurves.mts';
import { writeLevelDbRecord } from './levelDbFrames.mts';

const names = Array.from({ length: 10 }, (_, index) => `loss_${index}`);
const encoder = new TextEncoder();
/** More than any record has. */
const recordBytes = 4096;
const historyField = 2;
const summaryField = 3;
const keyField = { history: 2, summary: 2 } as const;

/** What the Go client writes: the history under nested keys, and the same again as a summary. */
export const wandbRun: BenchLog = {
  name: 'wandb',
  fileName: 'run-abcdefgh.wandb',
  contents: '10 metrics, history and as much summary',
  target: 100,
  peers: ['wandb-datastore'],
  write: (out, bytes) => {
    out.raw(Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0));
    const record = new Uint8Array(recordBytes);
    let step = 0;
    for (; out.written < bytes; step += 1) {
      writeLevelDbRecord(out, encodeRecord(record, historyField, keyField.history, step));
      writeLevelDbRecord(out, encodeRecord(record, summaryField, keyField.summary, step));
    }
    return step * names.length;
  },
};

/** The record in a buffer of its own, which the next one uses again. */
function encodeRecord(record: Uint8Array, field: number, key: number, step: number): Uint8Array {
  let at = headBytes;
  const take = (name: string, value: number): void => {
    at = writeItem(record, at, key, name, `${value}`);
  };
  take('_step', step);
  take('_timestamp', startOfRun + step / 8);
  for (const [index, name] of names.entries()) take(name, lossAt(step, index));
  const length = at - headBytes;
  record.set([field * 8 + 2, (length & 0x7f) | 0x80, length >> 7]);
  return record.subarray(0, at);
}

/** Key and length of the only field, which always takes two bytes. */
const headBytes = 3;
/** Keys and lengths of an item, of its name and of its value. */
const itemOverhead = 2 + 2 + 3;

/** Writes an item of short texts in ASCII; returns the index behind it. */
function writeItem(
  record: Uint8Array,
  at: number,
  key: number,
  name: string,
  value: string,
): number {
  record.set([1 * 8 + 2, itemOverhead - 2 + name.length + value.length], at);
  record.set([key * 8 + 2, name.length], at + 2);
  encoder.encodeInto(name, record.subarray(at + 4));
  const valueAt = at + 4 + name.length;
  record.set([0x82, 0x01, value.length], valueAt);
  encoder.encodeInto(value, record.subarray(valueAt + 3));
  return valueAt + 3 + value.length;
}
