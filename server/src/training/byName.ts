/** The registered entry of a name. Names come out of a validated plan, so a missing one is a bug. */
export function byName<T extends { readonly name: string }>(
  entries: readonly T[],
  name: string,
): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`Broken invariant: nothing is registered as ${name}`);
  return entry;
}
