import type { BenchLog } from '../benchLog.mts';
import { lossAt, startOfRun } from '../trainingCurves.mts';

const names = Array.from({ length: 10 }, (_, index) => `train/loss_${index}`);
/** Longer than any line. */
const lineBytes = 1024;

export const jsonLines: BenchLog = {
  name: 'JSONL',
  fileName: 'metrics.jsonl',
  contents: '10 metrics with all digits, step and time',
  target: 150,
  peers: ['python-json', 'node-json'],
  write: (out, bytes) => {
    let step = 0;
    for (; out.written < bytes; step += 1) {
      out.begin(lineBytes);
      out.text(`{"step": ${step}, "_timestamp": ${startOfRun + step / 8}`);
      for (const [index, name] of names.entries()) out.text(`, "${name}": ${lossAt(step, index)}`);
      out.text('}\n');
    }
    return step * names.length;
  },
};

export const csvTable: BenchLog = {
  name: 'CSV',
  fileName: 'metrics.csv',
  contents: '10 columns with all digits and a step',
  target: 150,
  peers: ['python-csv', 'papaparse', 'csv-parse'],
  write: (out, bytes) => {
    out.text(`step,${names.join(',')}\n`);
    let step = 0;
    for (; out.written < bytes; step += 1) {
      out.begin(lineBytes);
      out.text(`${step}`);
      for (let index = 0; index < names.length; index += 1) out.text(`,${lossAt(step, index)}`);
      out.text('\n');
    }
    return step * names.length;
  },
};
