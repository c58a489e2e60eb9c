import { closeBracket, colon, dash, isDigit, openBracket, slash } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import type { TextLine } from './textLine.ts';

/**
 * Keras: the last state of the bar of each epoch, and its lines without bars (`verbose=2`). The
 * epoch stands in a line of its own, before as many states of the bar as the program likes, so that
 * the points have no step, but an order.
 */
export const keras: LineFamily = {
  kind: 'line',
  name: 'keras',
  isLastResort: true,
  place: 'start',
  marks: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  description:
    'Keras: 1875/1875 [=====] - 5s 3ms/step - loss: 0.29 - accuracy: 0.91 - val_loss: 0.3',
  read,
};

const separator = ' - ';

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  const barFrom = readWholeCount(line, markAt);
  if (barFrom < 0) return false;
  const isBracketBar = line.at(barFrom) === openBracket;
  const barEnd = isBracketBar
    ? line.findByte(closeBracket, barFrom) + 1
    : skipBlocks(line, barFrom);
  let at = line.skipBlanks(barEnd);
  if (barEnd === 0 || (isBracketBar && line.at(at) !== dash)) return false;
  const isBare = line.at(at) === dash;
  at = isBare ? line.skipBlanks(at + 1) : at;
  const timeEnd = readTime(line, at);
  if (timeEnd < 0) return false;
  const isNoTime = !isBare && line.has('0s', at);
  return addSegments(line, timeEnd, points) && !(isNoTime && !hasValidation(points));
}

/** `1875/1875`: the index of what follows, or -1 where the epoch is not over. */
function readWholeCount(line: TextLine, from: number): number {
  const countEnd = line.readNumber(from);
  const count = line.value;
  if (countEnd < 0 || line.at(countEnd) !== slash) return -1;
  const totalEnd = line.readNumber(countEnd + 1);
  const next = totalEnd < 0 ? -1 : line.skipBlanks(totalEnd);
  return next > totalEnd && line.value === count ? next : -1;
}

/** The bars of Keras 3 are drawn with lines that are no ASCII. */
function skipBlocks(line: TextLine, from: number): number {
  let at = from;
  while (line.at(at) >= 0x80) at += 1;
  return at;
}

/** `5s`, `1:02:33` and the like; with `ETA: ` before it, it is not the last state. */
function readTime(line: TextLine, from: number): number {
  let at = from;
  while (isDigit(line.at(at)) || line.at(at) === colon) at += 1;
  if (at === from) return -1;
  const unit = ['s', 'ms', 'us'].find((text) => line.has(`${text} `, at));
  return unit === undefined ? at : at + unit.length;
}

/** `3ms/step - loss: 0.29 - accuracy: 0.91`, nothing else. */
function addSegments(line: TextLine, from: number, points: LinePoints): boolean {
  let at = line.find(separator, from);
  while (at >= 0) {
    const start = at + separator.length;
    const next = line.find(separator, start);
    if (!addSegment(line, start, next < 0 ? line.to : next, points)) return false;
    at = next;
  }
  return points.count > 0;
}

function addSegment(line: TextLine, from: number, to: number, points: LinePoints): boolean {
  const nameEnd = line.findByte(colon, from);
  if (nameEnd < 0 || nameEnd >= to) return line.find('/step', from) >= 0;
  if (line.readValue(line.skipBlanks(nameEnd + 1), to) !== to) return false;
  points.add(line.nameOf(from, nameEnd), line.value);
  return true;
}

/**
 * Where the bars of Keras 3 go to a file, that of the last batch is followed by that of the whole
 * epoch, the first of them after `0s`.
 */
function hasValidation(points: LinePoints): boolean {
  for (let at = 0; at < points.count; at += 1) {
    if (points.nameAt(at).startsWith('val_')) return true;
  }
  return false;
}
