import { bar, dash, isBlank, slash } from './asciiBytes.ts';
import type { BlockFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import type { TextLine } from './textLine.ts';

/**
 * The tables of OpenAI's loggers: baselines, guided and improved diffusion, Spinning Up,
 * Stable-Baselines3 (with headings: `rollout/` over `ep_rew_mean`). Values are rounded to three
 * digits, and names and values that end in `...` are cut; a cut value is none.
 */
export const oailog: BlockFamily = {
  kind: 'block',
  name: 'oailog',
  description:
    'Dashed tables of OpenAI baselines, guided diffusion, Spinning Up, Stable-Baselines3',
  opens: isDashes,
  readRow,
};

/** The rows that count the steps, in the order of preference. */
const stepRows = [
  'step',
  'steps',
  'total_timesteps',
  'time/total_timesteps',
  'misc/total_timesteps',
  'TimestepsSoFar',
  'TotalEnvInteracts',
  'nupdates',
  'misc/nupdates',
  'iteration',
  'Iteration',
  'epoch',
  'Epoch',
];
const leastDashes = 5;
/** Rows under a heading are indented by this much more. */
const rowIndent = 3;

function isDashes(line: TextLine): boolean {
  if (line.to - line.from < leastDashes) return false;
  for (let at = line.from; at < line.to; at += 1) if (line.bytes[at] !== dash) return false;
  return true;
}

function readRow(line: TextLine, points: LinePoints): 'row' | 'end' | 'broken' {
  if (isDashes(line)) return endTable(points);
  const middle = line.at(line.from) === bar ? line.findByte(bar, line.from + 1) : -1;
  if (middle < 0 || line.findByte(bar, middle + 1) !== line.to - 1) return 'broken';
  const nameFrom = line.skipBlanks(line.from + 1);
  let nameTo = middle;
  while (nameTo > nameFrom && isBlank(line.at(nameTo - 1))) nameTo -= 1;
  if (nameTo > nameFrom) addCells(line, nameFrom, nameTo, line.skipBlanks(middle + 1), points);
  return 'row';
}

function addCells(
  line: TextLine,
  nameFrom: number,
  nameTo: number,
  valueFrom: number,
  points: LinePoints,
): void {
  const cellEnd = line.to - 1;
  const name = line.nameOf(nameFrom, nameTo);
  if (valueFrom === cellEnd) {
    points.section = line.at(nameTo - 1) === slash ? name : '';
    return;
  }
  const valueTo = line.readValue(valueFrom, cellEnd);
  if (valueTo < 0 || line.skipBlanks(valueTo) !== cellEnd) return;
  const isUnderHeading = points.section !== '' && nameFrom - line.from - 1 > rowIndent;
  points.add(isUnderHeading ? points.section + name : name, line.value);
}

/** Two lines of dashes in a row are the end of one table and the beginning of the next. */
function endTable(points: LinePoints): 'end' | 'broken' {
  if (points.count === 0) return 'broken';
  for (const name of stepRows) {
    const step = points.take(name);
    if (step === undefined) continue;
    points.step = step;
    break;
  }
  return 'end';
}
