import { closest, distance } from 'fastest-levenshtein';

/** The known name that a wrong one was most likely meant to be; none where none is near. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = wrong.toLowerCase();
  const begun = known.find((name) => lower.length >= 3 && name.startsWith(lower));
  if (begun !== undefined) return begun;
  const nearest = closest(lower, known);
  // A third of the letters may be wrong, but always one.
  const length = differingLength(lower, nearest);
  const wrongLetters = distance(lower, nearest);
  const isNear = wrongLetters <= Math.max(1, Math.floor(length / 3)) && wrongLetters < length;
  return isNear ? nearest : undefined;
}

/**
 * Letters of the longer name without the words at its end that both have: `kl_loss_weight` is not
 * nearly `render_loss_weight`.
 */
function differingLength(one: string, other: string): number {
  const ones = one.split(/(?=[_-])/);
  const others = other.split(/(?=[_-])/);
  while (ones.length > 1 && others.length > 1 && ones.at(-1) === others.at(-1)) {
    ones.pop();
    others.pop();
  }
  return Math.max(ones.join('').length, others.join('').length);
}
