import { closeParenthesis } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { addNamedValues } from './namedValues.ts';
import type { TextLine } from './textLine.ts';

/**
 * pix2pix, CycleGAN, pix2pixHD, SPADE, CUT. The step is `iters`, which starts again with every
 * epoch: how many there are in one stands nowhere in the file, so `epoch` is a series beside it, and
 * the round within which the step counts.
 */
export const cyclegan: LineFamily = {
  kind: 'line',
  name: 'cyclegan',
  place: 'anywhere',
  marks: ['(epoch: '],
  description:
    'pix2pix and CycleGAN loss_log.txt: (epoch: 1, iters: 400, time: 0.012, data: 0.057) G_GAN: 1.206',
  read,
};

const style = { names: 'word', without: new Set<string>() } as const;

function read(line: TextLine, from: number, points: LinePoints): boolean {
  const to = line.findByte(closeParenthesis, from);
  if (to < 0) return false;
  addNamedValues(line, from + 1, to, style, points);
  const step = points.take('iters');
  if (step === undefined) return false;
  points.step = step;
  points.round = points.find('epoch') ?? Number.NaN;
  const inParentheses = points.count;
  addNamedValues(line, to + 1, line.to, style, points);
  return points.count > inParentheses;
}
