import type { BenchLog } from '../benchLog.mts';
import { varintSize } from '../byteWriter.mts';
import { lossAt, startOfRun } from '../trainingCurves.mts';
import { writeLevelDbRecord } from './levelDbFrames.mts';

const tags = Array.from({ length: 20 }, (_, index) => `loss/term_${`${index}`.padStart(2, '0')}`);
const tagBytes = 'loss/term_00'.length;
const recordBytes = 64;
const encoder = new TextEncoder();

export const visualDlRecords: BenchLog = {
  name: 'VisualDL',
  fileName: 'vdlrecords.1700000000.log',
  contents: '20 tags; the format has no checksum',
  peers: [],
  write: (out, bytes) => {
    let points = 0;
    for (let step = 1; out.written < bytes; step += 1) {
      const time = (startOfRun + step) * 1000;
      const size = 1 + varintSize(step) + 2 + tagBytes + 1 + varintSize(time) + 5;
      for (const [index, tag] of tags.entries()) {
        out.begin(recordBytes);
        out.uint32(size + 2);
        out.uint32(0);
        out.byte(1 * 8 + 2);
        out.byte(size);
        out.byte(1 * 8);
        out.varint(step);
        out.byte(2 * 8 + 2);
        out.byte(tagBytes);
        out.text(tag);
        out.byte(3 * 8);
        out.varint(time);
        out.byte(4 * 8 + 5);
        out.float32(lossAt(step, index));
        points += 1;
      }
    }
    return points;
  },
};

export const swanlabRecords: BenchLog = {
  name: 'SwanLab',
  fileName: 'backup.swanlab',
  contents: '20 metrics, a record of JSON for each',
  peers: [],
  write: (out, bytes) => {
    out.raw(Uint8Array.of(0x3a, 0x53, 0x57, 0x4c, 0xd6, 0xe1, 1));
    let points = 0;
    for (let step = 0; out.written < bytes; step += 1) {
      const time = new Date((startOfRun + step) * 1000).toISOString();
      for (const [index, key] of tags.entries()) {
        const metric = { index: step, data: lossAt(step, index), create_time: time };
        const data = { key, metric, epoch: step + 1, step };
        const record = encoder.encode(JSON.stringify({ model_type: 'Scalar', data }));
        writeLevelDbRecord(out, record);
        points += 1;
      }
    }
    return points;
  },
};
