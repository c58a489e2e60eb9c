import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigFile } from './configFile.ts';

/**
 * `kl: ` for a term on whose line another weight is set too, as in `{l1: 1, kl: 0.1}`, else nothing:
 * what is said at such a line says of which term.
 */
export function nameOnSharedLine({
  lines,
  terms,
}: Pick<ConfigFile, 'lines' | 'terms'>): (term: LossTerm) => string {
  const lineOf = ({ valueRange }: LossTerm): number => lines.positionAt(valueRange.end).line;
  const counts = new Map<number, number>();
  for (const term of terms) counts.set(lineOf(term), (counts.get(lineOf(term)) ?? 0) + 1);
  return (term) => ((counts.get(lineOf(term)) ?? 0) > 1 ? `${term.name}: ` : '');
}
