import type { BenchLog } from '../benchLog.mts';
import { swanlabRecords, visualDlRecords } from './otherRecords.mts';
import { tensorboardBulk } from './tensorboardBulk.mts';
import { tensorboardScalars, tensorboardTensors } from './tensorboardScalars.mts';
import { csvTable, jsonLines } from './textLogs.mts';
import { wandbRun } from './wandbRuns.mts';

export const benchLogs: readonly BenchLog[] = [
  tensorboardScalars,
  tensorboardTensors,
  tensorboardBulk,
  jsonLines,
  csvTable,
  wandbRun,
  visualDlRecords,
  swanlabRecords,
];
