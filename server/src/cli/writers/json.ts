import type { CheckReport } from './checkReport.ts';

/** For programs. */
export function writeJson(report: CheckReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
