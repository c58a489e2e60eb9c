import { type LogRecord, numberOf } from '../logRecord.ts';
import { stepKeys } from './jsonlFamilies.ts';

/** The key whose number is the step of this line; undefined where it has none. */
export function findStepKey(record: LogRecord): string | undefined {
  return stepKeys.find((key) => Number.isFinite(ownNumber(record, key)));
}

function ownNumber(record: LogRecord, key: string): number | undefined {
  return numberOf(record[key]);
}
