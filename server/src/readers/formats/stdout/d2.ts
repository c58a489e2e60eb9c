import { isBlank } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

const mark = 'iter: ';

/**
 * detectron2 and maskrcnn-benchmark: names and values two blanks apart. Of `0.5 (0.6)` the first
 * number counts, the second is a running mean.
 */
export const d2: LineFamily = {
  kind: 'line',
  name: 'd2',
  preludes: ['detectron2 INFO: ', 'detectron2]: '],
  place: 'anywhere',
  marks: [mark],
  description:
    'detectron2 and maskrcnn-benchmark: eta: 0:14:11  iter: 19  total_loss: 76.49  max_mem: 11810M',
  read,
};

const style = { names: 'words', without: new Set(['eta', 'ETA']) } as const;

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  if (!line.isWordStart(markAt)) return false;
  const end = line.readNumber(markAt + mark.length);
  if (end < 0 || !isBlank(line.at(end)) || !isBlank(line.at(end + 1))) return false;
  points.step = line.value;
  addNamedValues(line, end, line.to, style, points);
  return points.count > 0;
}
