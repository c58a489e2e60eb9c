import { bar, closeBracket, isDigit, openBracket, slash } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

const barMark = '%|';
const countMark = 'it [';

/**
 * Progress bars of tqdm with metrics before the bar or behind the rate (Lightning's bar too). The
 * step is what the bar counts, which starts again with every bar.
 */
export const tqdm: LineFamily = {
  kind: 'line',
  name: 'tqdm',
  place: 'anywhere',
  marks: [barMark, countMark],
  description:
    'tqdm progress bars: Epoch 1:  45%|####5     | 450/1000 [00:12<00:14, 36.5it/s, loss=0.123]',
  read: (line, markAt, points) =>
    line.has(barMark, markAt) ? readBar(line, markAt, points) : readCount(line, markAt, points),
};

/** Lightning shows the version of the run as `v_num`. */
const style = { names: 'word', without: new Set(['v_num']) } as const;

/** `loss: 0.5:  45%|####     | 450/1000 [00:12<00:14, 36.5it/s, loss=0.123]` */
function readBar(line: TextLine, markAt: number, points: LinePoints): boolean {
  const barEnd = line.findByte(bar, markAt + barMark.length);
  if (barEnd < 0) return false;
  const countEnd = line.readNumber(line.skipBlanks(barEnd + 1));
  const step = line.value;
  if (countEnd < 0 || line.at(countEnd) !== slash) return false;
  const totalEnd = line.readNumber(countEnd + 1);
  if (totalEnd < 0) return false;
  points.step = step;
  return addBracket(line, totalEnd, startOfNumber(line, markAt), points);
}

/** `450it [00:12, 36.5it/s, loss=0.123]`, where the length is unknown. */
function readCount(line: TextLine, markAt: number, points: LinePoints): boolean {
  const numberFrom = startOfNumber(line, markAt);
  if (numberFrom === markAt || !line.isWordStart(numberFrom)) return false;
  line.readNumber(numberFrom);
  points.step = line.value;
  return addBracket(line, markAt + 2, numberFrom, points);
}

function addBracket(line: TextLine, from: number, textTo: number, points: LinePoints): boolean {
  const open = line.skipBlanks(from);
  const close = line.at(open) === openBracket ? line.findByte(closeBracket, open) : -1;
  if (close < 0) return false;
  addNamedValues(line, line.from, textTo, style, points);
  addNamedValues(line, open + 1, close, style, points);
  return points.count > 0;
}

/** Where the digits begin that end at an index. */
function startOfNumber(line: TextLine, end: number): number {
  let start = end;
  while (start > line.from && isDigit(line.at(start - 1))) start -= 1;
  return start;
}
