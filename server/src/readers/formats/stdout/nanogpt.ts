import { colon, comma, isBlank } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import type { TextLine } from './textLine.ts';

/** nanoGPT: names without a colon, apart by commas, the first of them a loss. */
export const nanogpt: LineFamily = {
  kind: 'line',
  name: 'nanogpt',
  place: 'start',
  marks: ['step ', 'iter '],
  description:
    'nanoGPT: step 250: train loss 1.9, val loss 2.0, and iter 100: loss 2.3, time 15.2ms, mfu 11%',
  read,
};

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  const end = line.readNumber(markAt + 'step '.length);
  if (end < 0 || line.at(end) !== colon) return false;
  points.step = line.value;
  let from = end + 1;
  while (from < line.to) {
    const to = segmentEnd(line, from);
    if (!readSegment(line, from, to, points)) return false;
    from = to + 1;
  }
  return points.count > 0 && points.nameAt(0).endsWith('loss');
}

function segmentEnd(line: TextLine, from: number): number {
  const end = line.findByte(comma, from);
  return end < 0 ? line.to : end;
}

/** `train loss 1.9`: the last word is the value. */
function readSegment(line: TextLine, from: number, to: number, points: LinePoints): boolean {
  const nameFrom = line.skipBlanks(from);
  let valueFrom = to;
  while (valueFrom > nameFrom && !isBlank(line.at(valueFrom - 1))) valueFrom -= 1;
  const valueTo = line.readValue(valueFrom, to);
  let nameTo = valueFrom;
  while (nameTo > nameFrom && isBlank(line.at(nameTo - 1))) nameTo -= 1;
  if (valueTo !== to || nameTo === nameFrom) return false;
  points.add(line.nameOf(nameFrom, nameTo), line.value);
  return true;
}
