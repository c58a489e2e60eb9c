import { comma, slash } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

/** PaddleGAN: by iterations, or by epochs with the iteration inside the epoch. */
export const ppgan: LineFamily = {
  kind: 'line',
  name: 'ppgan',
  place: 'anywhere',
  marks: ['Epoch: ', 'Iter: '],
  description:
    'PaddleGAN: INFO: Iter: 10/150000 lr: 2.000e-04 loss_pix: 0.044 batch_cost: 0.5 sec eta: 6:45:53',
  read,
};

const style = { names: 'word', without: new Set(['eta', 'iter', 'Iter']) } as const;

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  if (!line.isWordStart(markAt)) return false;
  const epoch = line.has('Epoch: ', markAt)
    ? readRatio(line, markAt + 'Epoch: '.length)
    : undefined;
  const iteration = readIteration(line, epoch ? epoch.end : markAt);
  if (!iteration) return false;
  points.step = (epoch ? (epoch.count - 1) * iteration.total : 0) + iteration.count;
  addNamedValues(line, iteration.end, line.to, style, points);
  return points.count > 0;
}

interface Ratio {
  readonly count: number;
  readonly total: number;
  readonly end: number;
}

/** `Iter: 10/150000`, behind an epoch in small letters and after a comma. */
function readIteration(line: TextLine, from: number): Ratio | undefined {
  const start = line.at(from) === comma ? line.skipBlanks(from + 1) : line.skipBlanks(from);
  const isThere = line.has('Iter: ', start) || line.has('iter: ', start);
  return isThere ? readRatio(line, start + 'Iter: '.length) : undefined;
}

/** `10/150000` */
function readRatio(line: TextLine, from: number): Ratio | undefined {
  const countEnd = line.readNumber(from);
  const count = line.value;
  if (countEnd < 0 || line.at(countEnd) !== slash) return undefined;
  const end = line.readNumber(countEnd + 1);
  return end < 0 ? undefined : { count, total: line.value, end };
}
