import { slash } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

/**
 * modded-nanogpt. Its logs begin with the source of the program, in which the same line stands as
 * `step:{step}/{args.num_iterations}`: only a number after `step:` makes it a line of the log.
 */
export const kj: LineFamily = {
  kind: 'line',
  name: 'kj',
  preludes: ['with open(sys.argv[0]'],
  place: 'start',
  marks: ['step:'],
  description:
    'modded-nanogpt: step:125/3500 train_loss:4.59 train_time:106112ms step_avg:848.90ms',
  read,
};

const style = { names: 'word', without: new Set<string>() } as const;

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  const stepEnd = line.readNumber(markAt + 'step:'.length);
  if (stepEnd < 0) return false;
  points.step = line.value;
  const end = line.at(stepEnd) === slash ? line.readNumber(stepEnd + 1) : stepEnd;
  if (end < 0 || line.skipBlanks(end) === end) return false;
  addNamedValues(line, end, line.to, style, points);
  return points.count > 0;
}
