import { type LogRecord, numberOf } from '../logRecord.ts';

/** Keys that count the steps, in the order of preference. */
const stepKeys = [
  'step',
  'global_step',
  '_step',
  'iteration',
  'iter',
  'current_steps',
  'num_updates',
  'epoch',
] as const;

/** Keys with seconds since the Unix epoch. `time` is not one: DETR and mmdetection time an iteration. */
const wallTimeKeys = ['wall_time', '_timestamp', 'timestamp'] as const;
const wallTimeKeySet: ReadonlySet<string> = new Set(wallTimeKeys);

/** The key whose number is the step of this line; undefined where it has none. */
export function findStepKey(record: LogRecord): string | undefined {
  return stepKeys.find((key) => Number.isFinite(ownNumber(record, key)));
}

/** Seconds since the Unix epoch; NaN where the line does not tell. */
export function wallTimeOf(record: LogRecord): number {
  const key = wallTimeKeys.find((candidate) => ownNumber(record, candidate) !== undefined);
  return key === undefined ? Number.NaN : (ownNumber(record, key) ?? Number.NaN);
}

export function isWallTimeKey(name: string): boolean {
  return wallTimeKeySet.has(name);
}

function ownNumber(record: LogRecord, key: string): number | undefined {
  return numberOf(record[key]);
}
