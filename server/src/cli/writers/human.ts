import type { CheckReport } from './checkReport.ts';

/** For people: `file:line:column: severity: message`, as compilers print it. */
export function writeHuman(report: CheckReport): string {
  const { config, run, logs, notices, terms, findings, logProblems } = report;
  const formats = [...new Set(logs.map(({ format }) => format))].join(', ');
  const lines = [
    run === null
      ? `${config}: no run of this config was found`
      : `${config}: from run ${run}${formats === '' ? '' : ` (${formats})`}`,
    ...(terms.length === 0 ? ['  no loss weight was found in it'] : []),
    ...terms.map(({ name, line, weight, evidence }) => {
      const figures = evidence === '' ? 'no evidence yet' : evidence;
      return `  line ${line}: ${name} = ${weight ?? 'not a number'}  ${figures}`;
    }),
    ...notices.map((notice) => `  ${notice}`),
    ...findings.map(
      ({ file, code, severity, line, column, message }) =>
        `${file}:${line}:${column}: ${severity}: ${message} [${code}]`,
    ),
    ...logProblems.map(({ path, message }) => `${path}: ${message}`),
  ];
  return `${lines.join('\n')}\n`;
}
