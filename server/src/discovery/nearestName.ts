import { closest, distance } from 'fastest-levenshtein';

/** The known name that a wrong one was most likely meant to be; none where none is near. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = wrong.toLowerCase();
  const begun = known.find((name) => lower.length >= 3 && name.startsWith(lower));
  if (begun !== undefined) return begun;
  const nearest = closest(lower, known);
  // A third of the letters may be wrong, but always one.
  const allowed = Math.max(1, Math.floor(Math.max(wrong.length, nearest.length) / 3));
  return distance(lower, nearest) <= allowed ? nearest : undefined;
}
