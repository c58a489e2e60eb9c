import type { CheckReport } from './checkReport.ts';

/** For people: `file:line:column: severity: message`, as compilers print it. */
export function writeHuman({ config, run, terms, findings, logProblems }: CheckReport): string {
  const lines = [
    run === null ? `${config}: no run of this config was found` : `${config}: from run ${run}`,
    ...(terms.length === 0 ? ['  no loss weight was found in it'] : []),
    ...terms.map(({ name, line, weight, evidence }) => {
      const figures = evidence === '' ? 'no evidence yet' : evidence;
      return `  line ${line}: ${name} = ${weight ?? 'not a number'}  ${figures}`;
    }),
    ...findings.map(
      ({ code, severity, line, column, message }) =>
        `${config}:${line}:${column}: ${severity}: ${message} [${code}]`,
    ),
    ...logProblems.map(({ path, message }) => `${path}: ${message}`),
  ];
  return `${lines.join('\n')}\n`;
}
