import type { Random } from '../../base/random.ts';
import { shuffledOrder } from '../shuffledOrder.ts';

/**
 * For each sample another one whose condition differs, each the partner of one: a permutation without
 * fixed points, and without swaps of equal conditions, which would change nothing. A plain random
 * permutation has one fixed point on average, and with ten classes a tenth of its swaps are within a
 * class, so that what it finds to be lost is too little (science.md §4.1). Undefined stands for the
 * samples that are left over where more than half of all have the same condition.
 *
 * @param conditions a name for each sample's condition, equal for equal ones
 */
export function deranged(
  conditions: readonly string[],
  random: Random,
): readonly (number | undefined)[] {
  const members = new Map<string, number[]>();
  for (const index of shuffledOrder(conditions.length, random)) {
    const name = conditions[index] ?? '';
    const group = members.get(name) ?? [];
    group.push(index);
    members.set(name, group);
  }
  // Group after group in a row, each is the partner of the one that stands the length of the longest
  // group before it: no group is long enough to reach itself, unless it is more than half of all.
  const row = [...members.values()].flat();
  const longest = Math.max(0, ...[...members.values()].map(({ length }) => length));
  const partners: (number | undefined)[] = conditions.map(() => undefined);
  for (const [place, index] of row.entries()) {
    const partner = row[(place + longest) % row.length];
    if (partner === undefined || conditions[partner] === conditions[index]) continue;
    partners[index] = partner;
  }
  return partners;
}
