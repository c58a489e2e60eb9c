import { type EventToWrite, writeEvent, writeEventFile } from './writeEvents.ts';

/**
 * The logs of a training program that knows nothing of us: two losses and their weighted total
 * under its own names, one line or event a step.
 */

/** A config of that program; `extra` is put below. */
export function flowConfig(weights: { velocity?: string; render?: string } = {}): string {
  return `# Editing by flow matching.
seed: 7
log_dir: logs
optimizer:
  lr: 3.0e-4
  weight_decay: 0.01
loss:
  velocity_loss_weight: ${weights.velocity ?? '1.0'}
  render_loss_weight: ${weights.render ?? '0.5'}
`;
}

/** The losses at a step, with values that no other step has to four digits. */
export function flowLosses(step: number): Readonly<Record<string, number>> {
  const velocity = round(1 + step / 1000);
  const render = round(3 + step / 1000);
  return {
    'train/velocity_loss': velocity,
    'train/render_loss': render,
    'train/loss': round(velocity + 0.5 * render),
  };
}

/** One line of JSON. Not a number is written as Python's `json` does, which JSON does not know. */
export function jsonLine(step: number, values = flowLosses(step)): string {
  const pairs = Object.entries(values).map(([name, value]) => `"${name}": ${pythonNumber(value)}`);
  return `{"step": ${step}, "time": ${1_700_000_000 + step}, ${pairs.join(', ')}}\n`;
}

/** The lines of the steps from 1 to `last`. */
export function jsonLines(last: number, from = 1): string {
  return steps(from, last)
    .map((step) => jsonLine(step))
    .join('');
}

/** A TensorBoard event of a step, to append. */
export function eventRecord(step: number): Uint8Array {
  return writeEvent(flowEvent(step));
}

/** A TensorBoard event file with the steps from 1 to `last`. */
export function eventFile(last: number): Uint8Array {
  return writeEventFile(steps(1, last).map(flowEvent));
}

function flowEvent(step: number): EventToWrite {
  return { wallTime: 1_700_000_000 + step, step, scalars: flowLosses(step) };
}

function steps(from: number, last: number): readonly number[] {
  return Array.from({ length: last - from + 1 }, (_, index) => from + index);
}

function round(value: number): number {
  return Number(value.toFixed(4));
}

function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? 'Infinity' : '-Infinity';
}
