import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

import { baselineId } from '../variantIds.ts';
import { placeOverrides } from './placeOverrides.ts';

/** A weight in the words of the config, and in those of the command line. */
export interface SaidWeight {
  readonly before: string;
  readonly after: readonly string[];
}

/** The command of a variant against that of the baseline, as a unified diff. */
export function commandDiff(
  command: readonly string[],
  label: string,
  weights: readonly SaidWeight[],
): string {
  const plain = placeOverrides(command, { arguments: [] }).join(' ');
  const [before, after] = [
    weights.map((weight) => weight.before),
    weights.map((weight) => weight.after.join(' ')),
  ].map((lines) => [plain, ...lines.map((line) => `  ${line}`), ''].join('\n'));
  const name = 'command line';
  return createTwoFilesPatch(name, name, before ?? '', after ?? '', baselineId, label, {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
