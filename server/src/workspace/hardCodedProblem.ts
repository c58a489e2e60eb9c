import type { ConfigProblem } from '../model/finding.ts';
import type { ConfigView } from './configView.ts';

/** What is said of a weight that is a number in the program; undefined where nothing is, or may be. */
export function hardCodedProblem(
  { file, problems }: Pick<ConfigView, 'file' | 'problems'>,
  term: string,
): ConfigProblem | undefined {
  const found = file.terms.find(({ name, kind }) => name === term && kind === 'hard-coded');
  return problems.find(
    ({ code, range }) => code === 'hard-coded-weight' && range.start === found?.valueRange.start,
  );
}
