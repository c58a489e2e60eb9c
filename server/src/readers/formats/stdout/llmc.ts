import { bar, slash } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

const fileMark = 's:';
const consoleMark = 'step ';

/**
 * llm.c: its log file (`s:250 tel:6.5`, `s:0 trl:11.0 lr:0.000001 norm:15.37`), and what it and
 * train_gpt2.py print, cells between bars (`step 2/74 | loss 7.47 (+1.2z)| norm 1.9 | lr 3.0e-04 |
 * 250 ms`). Cells without a name (`250 ms`) are left out.
 */
export const llmc: LineFamily = {
  kind: 'line',
  name: 'llmc',
  place: 'start',
  marks: [fileMark, consoleMark],
  description:
    'llm.c: s:0 trl:11.0091 lr:0.000001 norm:15.37, and step 2/74 | loss 7.47 | norm 1.9',
  read: (line, markAt, points) =>
    line.has(fileMark, markAt) ? readFile(line, markAt, points) : readConsole(line, markAt, points),
};

const style = { names: 'word', without: new Set<string>() } as const;

function readFile(line: TextLine, markAt: number, points: LinePoints): boolean {
  const end = line.readNumber(markAt + fileMark.length);
  if (end < 0 || line.skipBlanks(end) === end) return false;
  points.step = line.value;
  addNamedValues(line, end, line.to, style, points);
  return points.count > 0;
}

function readConsole(line: TextLine, markAt: number, points: LinePoints): boolean {
  const stepEnd = line.readNumber(line.skipBlanks(markAt + consoleMark.length));
  if (stepEnd < 0) return false;
  points.step = line.value;
  const end = line.at(stepEnd) === slash ? line.readNumber(stepEnd + 1) : stepEnd;
  let at = end < 0 ? end : line.skipBlanks(end);
  if (at < 0 || line.at(at) !== bar) return false;
  while (at >= 0) {
    readCell(line, at + 1, points);
    at = line.findByte(bar, at + 1);
  }
  return points.count > 0;
}

/** `loss 7.47 (+1.2z)`, `loss: 6.0` */
function readCell(line: TextLine, from: number, points: LinePoints): void {
  const nameFrom = line.skipBlanks(from);
  let nameTo = nameFrom;
  while (isNameByte(line.at(nameTo))) nameTo += 1;
  if (nameTo === nameFrom) return;
  const colonEnd = line.has(':', nameTo) ? nameTo + 1 : nameTo;
  const end = line.readValue(line.skipBlanks(colonEnd));
  if (end >= 0) points.add(line.nameOf(nameFrom, nameTo), line.value);
}

function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
}
