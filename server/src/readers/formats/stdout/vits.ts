import { closeBracket, colon, comma, isBlank, openBracket } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import { TextLine } from './textLine.ts';

/**
 * VITS and its descendants (so-vits-svc): a list of losses without names, in any language (in
 * Chinese with full-width punctuation). They are named by the word before the list and their place
 * in it; the first number behind the list is the step. The first VITS puts step and learning rate at
 * the end of the list.
 */
export const vits: LineFamily = {
  kind: 'line',
  name: 'vits',
  place: 'anywhere',
  marks: ['['],
  description:
    'VITS and so-vits-svc: INFO Losses: [2.72, 2.72, 7.27, 30.2, 3.6], step: 0, lr: 0.0001',
  read,
};

const style = { names: 'word', without: new Set<string>() } as const;
/** Fewer numbers in brackets may be anything. */
const leastNumbers = 3;
const plainPunctuation: Readonly<Record<string, string>> = {
  '：': ': ',
  '，': ', ',
  '［': '[',
  '］': ']',
  '、': ', ',
};

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  const list = readList(line, markAt);
  if (list) return readAround(line, markAt, list, points);
  // What the whole line says without full-width punctuation is the same at every bracket.
  if (!line.hasFullWidth || line.findByte(openBracket) !== markAt) return false;
  const text = line.text().replace(/[：，［］、]/g, (mark) => plainPunctuation[mark] ?? mark);
  const bytes = new TextEncoder().encode(text);
  const plain = new TextLine();
  plain.moveTo(bytes, 0, bytes.length);
  return readPlain(plain, points);
}

/** Reads a line in which the marks have moved. */
function readPlain(line: TextLine, points: LinePoints): boolean {
  for (let open = line.findByte(openBracket); open >= 0; ) {
    const values = readList(line, open);
    if (values) return readAround(line, open, values, points);
    open = line.findByte(openBracket, open + 1);
  }
  return false;
}

interface NumberList {
  readonly values: readonly number[];
  readonly end: number;
}

function readList(line: TextLine, open: number): NumberList | undefined {
  let at = line.readValue(line.skipBlanks(open + 1));
  if (at < 0 || line.at(at) !== comma) return undefined;
  const values = [line.value];
  while (line.at(at) === comma) {
    at = line.readValue(line.skipBlanks(at + 1));
    if (at < 0) return undefined;
    values.push(line.value);
  }
  if (line.at(at) !== closeBracket || values.length < leastNumbers) return undefined;
  return { values, end: at + 1 };
}

function readAround(
  line: TextLine,
  open: number,
  { values, end }: NumberList,
  points: LinePoints,
): boolean {
  const label = labelBefore(line, open);
  if (label !== undefined) {
    addNamedValues(line, end, line.to, style, points);
    if (points.count === 0 || !Number.isInteger(points.valueAt(0))) return false;
    points.step = points.take(points.nameAt(0)) ?? Number.NaN;
    addList(line, label, values, points);
    return true;
  }
  return end === line.to && line.find('INFO') >= 0 && readBareList(line, values, points);
}

/** `[2.72, 2.72, 7.27, 30.2, 3.6, 200, 0.0002]`: step and learning rate at the end. */
function readBareList(line: TextLine, values: readonly number[], points: LinePoints): boolean {
  const losses = values.slice(0, -2);
  const step = values.at(-2) ?? Number.NaN;
  const rate = values.at(-1) ?? Number.NaN;
  if (losses.length < leastNumbers || !Number.isInteger(step) || !(rate < 1)) return false;
  points.step = step;
  addList(line, 'Losses', losses, points);
  points.add('lr', rate);
  return true;
}

function addList(
  line: TextLine,
  label: string,
  values: readonly number[],
  points: LinePoints,
): void {
  values.forEach((value, index) => {
    points.add(line.itemNameOf(label, index), value);
  });
}

/** The word before `: [`; undefined where there is none. */
function labelBefore(line: TextLine, open: number): string | undefined {
  let to = open;
  while (to > line.from && isBlank(line.at(to - 1))) to -= 1;
  if (line.at(to - 1) !== colon) return undefined;
  let from = to - 1;
  while (from > line.from && !isBlank(line.at(from - 1))) from -= 1;
  return from < to - 1 ? line.nameOf(from, to - 1) : undefined;
}
