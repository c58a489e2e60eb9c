import { plainNumber } from './wording.ts';

/** Something that takes a course over the steps of a run. */
export interface Curve {
  /** What is drawn: `learning rate`. */
  readonly label: string;
  readonly steps: number;
  /** The value at a step, counted from 1. */
  valueAt(step: number): number;
}

/** Size in pixels: a hover is about 500 wide. */
const width = 360;
const height = 110;
/** Room for the numbers at the axes. */
const left = 62;
const right = 12;
const top = 12;
const bottom = 22;
/** More points than these cannot be told apart at this width. */
const mostPoints = 240;
/** On white and on near-black these have a contrast above 3.5. */
const ink = '#808080';
const line = '#3b8eea';

/** The curve as Markdown: a small picture where the client draws any, and its numbers in words. */
export function curveMarkdown(curve: Curve, images: boolean): string {
  const words = curveWords(curve);
  if (!images) return words;
  const picture = Buffer.from(curveSvg(curve)).toString('base64');
  return `![${curve.label} over the steps](data:image/svg+xml;base64,${picture})\n\n${words}`;
}

/** `learning rate: 0.002 at step 1, 0.001 at step 450, 0 at step 900.` */
export function curveWords({ label, steps, valueAt }: Curve): string {
  const places = [...new Set([1, Math.ceil(steps / 2), steps])];
  const parts = places.map((step) => `${plainNumber(valueAt(step))} at step ${step}`);
  return `${label}: ${parts.join(', ')}.`;
}

/** The curve with the numbers at the ends of its axes, readable on light and dark alike. */
export function curveSvg({ label, steps, valueAt }: Curve): string {
  const sampled = sampleSteps(steps);
  const points = sampled.map((step) => ({ step, value: valueAt(step) }));
  const highest = Math.max(0, ...points.map(({ value }) => value));
  const scale = highest === 0 ? 1 : highest;
  const x = (step: number): number =>
    left + ((step - 1) / Math.max(1, steps - 1)) * (width - left - right);
  const y = (value: number): number => top + (1 - value / scale) * (height - top - bottom);
  const path = points
    .map(
      ({ step, value }, index) =>
        `${index === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`,
    )
    .join('');
  const base = height - bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11" fill="${ink}">`,
    `<title>${label} over the steps</title>`,
    `<path d="M${left} ${top - 4}V${base}H${width - right}" fill="none" stroke="${ink}"/>`,
    `<path d="M${left} ${top}H${width - right}" fill="none" stroke="${ink}" stroke-opacity="0.4" stroke-dasharray="2 3"/>`,
    `<path d="${path}" fill="none" stroke="${line}" stroke-width="2" stroke-linejoin="round"/>`,
    text(left - 6, top + 4, 'end', plainNumber(scale)),
    text(left - 6, base + 4, 'end', '0'),
    text(left, base + 16, 'start', 'step 1'),
    text(width - right, base + 16, 'end', String(steps)),
    '</svg>',
  ].join('');
}

function text(x: number, y: number, anchor: 'start' | 'end', content: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}

/** Each step of a short run, and of a long one so many, with its first and last. */
function sampleSteps(steps: number): readonly number[] {
  const count = Math.min(steps, mostPoints);
  if (count === 1) return [1];
  const stride = (steps - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => 1 + Math.round(index * stride));
}
