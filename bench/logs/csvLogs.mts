import type { Random } from '../../server/src/base/random.ts';
import { double, float, rounded } from './logNumbers.mts';
import type { TextLog } from './textLogs.mts';

function numbers(count: number, write: () => string): readonly string[] {
  return Array.from({ length: count }, write);
}

/** As Ultralytics pads its cells. */
function padded(cells: readonly string[]): string {
  return `${cells.map((cell) => cell.padStart(20)).join(',')}\n`;
}

const yoloNames = [
  'epoch',
  'train/box_loss',
  'train/obj_loss',
  'train/cls_loss',
  'metrics/precision',
  'metrics/recall',
  'metrics/mAP_0.5',
  'metrics/mAP_0.5:0.95',
  'x/lr0',
];

/** Names like Lightning's, one of which a row has beside the epoch and the step. */
const sparseNames = Array.from({ length: 40 }, (_, at) => `metric_${at}`);

function sparseRow(index: number, random: Random): string {
  const filled = (index * 7) % sparseNames.length;
  const cells = sparseNames.map((_, at) =>
    at === filled || at === filled + 1 ? float(random) : '',
  );
  return `${Math.floor(index / 1000)},${cells.join(',')},${index}\r\n`;
}

function tsvRow(index: number, random: Random): string {
  const milliseconds = 1_714_470_115_000 + index * 20;
  return `${[milliseconds, index, double(random), double(random)].join('\t')}\n`;
}

/** Every column in the width of OpenAI's log of a diffusion model. */
const baselineHeader = 'grad_norm,loss,loss_q0,loss_q1,loss_q2,loss_q3,samples,step\n';

/** The families of tables. */
export const csvLogs: readonly TextLog[] = [
  {
    name: 'csv dense',
    fileName: 'training.csv',
    header: 'step,loss,accuracy,grad_norm,learning_rate,val_loss,val_accuracy\n',
    unit: (index, random) => `${index},${numbers(6, () => double(random)).join(',')}\n`,
  },
  {
    name: 'csv Lightning',
    fileName: 'metrics.csv',
    header: `epoch,${sparseNames.join(',')},step\r\n`,
    unit: sparseRow,
  },
  {
    name: 'csv baselines',
    fileName: 'progress.csv',
    header: baselineHeader,
    unit: (index, random) => {
      const cells = numbers(6, () => double(random, 10));
      return `${cells.join(',')},${index * 2560},${index * 10}\n`;
    },
  },
  {
    name: 'csv YOLO',
    fileName: 'results.csv',
    header: padded(yoloNames),
    unit: (index, random) => padded([String(index), ...numbers(8, () => rounded(random, 5))]),
  },
  {
    name: 'csv Keras',
    fileName: 'training.log',
    header: 'epoch,accuracy,loss,lr,val_accuracy,val_loss\n',
    unit: (index, random) => {
      const validation = index % 5 === 0 ? [float(random), float(random)] : ['NA', 'NA'];
      return `${[index, float(random), float(random), '0.001', ...validation].join(',')}\n`;
    },
  },
  {
    name: 'tsv DVCLive',
    fileName: 'loss.tsv',
    header: 'timestamp\tstep\tloss\tval_loss\n',
    unit: tsvRow,
  },
];
