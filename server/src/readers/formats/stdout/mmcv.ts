import { closeBracket, openBracket, slash } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

/**
 * mmcv and mmengine (mmdetection, mmsegmentation and their like). In training the step is
 * `(epoch - 1) × iterations of an epoch + iteration`, or the iteration where epochs are not counted.
 * In validation the iteration counts the batches of the validation set: the epoch is the step, and
 * the names get the `val/` that mmcv's own TensorBoard hook gives them.
 */
export const mmcv: LineFamily = {
  kind: 'line',
  name: 'mmcv',
  preludes: [' - INFO - Environment info:', ' - mmengine - INFO - '],
  place: 'anywhere',
  marks: ['Epoch [', 'Epoch(', 'Iter [', 'Iter('],
  description:
    'mmcv and mmengine: mmdet - INFO - Epoch [1][50/58633] lr: 1.978e-03, eta: 3:03:21, loss: 1.5276',
  read,
};

const style = {
  names: 'word',
  // Several numbers in a row, for pasting; each stands under a name of its own too.
  without: new Set(['eta', 'bbox_mAP_copypaste', 'segm_mAP_copypaste']),
} as const;
const modes = ['(train)', '(val)', '(test)'] as const;

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  const word = line.has('Epoch', markAt) ? 'Epoch' : 'Iter';
  const modeFrom = markAt + word.length;
  const mode = modes.find((text) => line.has(text, modeFrom)) ?? '';
  const first = new Counter(line, modeFrom + mode.length);
  const last = word === 'Epoch' ? new Counter(line, first.end) : first;
  if (!first.isThere || !last.isThere) return false;
  addNamedValues(line, last.end, line.to, style, points);
  const isTraining = mode === '' || mode === '(train)';
  if (!isTraining) points.prefixAll(`${mode.slice(1, -1)}/`);
  points.step = isTraining ? trainingStep(first, last) : validationStep(first, last);
  return points.count > 0;
}

function trainingStep(first: Counter, last: Counter): number {
  return first === last ? last.count : (first.count - 1) * last.total + last.count;
}

function validationStep(first: Counter, last: Counter): number {
  return first === last ? Number.NaN : first.count;
}

/** `[50/58633]` or `[1]`, with blanks before and inside. */
class Counter {
  readonly isThere: boolean;
  readonly count: number;
  /** NaN where it does not stand there. */
  readonly total: number;
  /** The index behind it. */
  readonly end: number;

  constructor(line: TextLine, from: number) {
    const open = line.skipBlanks(from);
    const countEnd =
      line.at(open) === openBracket ? line.readNumber(line.skipBlanks(open + 1)) : -1;
    this.count = line.value;
    const hasTotal = countEnd >= 0 && line.at(countEnd) === slash;
    const totalEnd = hasTotal ? line.readNumber(line.skipBlanks(countEnd + 1)) : countEnd;
    this.total = hasTotal ? line.value : Number.NaN;
    this.isThere = totalEnd >= 0 && line.at(totalEnd) === closeBracket;
    this.end = this.isThere ? totalEnd + 1 : from;
  }
}
