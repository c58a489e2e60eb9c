import { Gramian } from '../numerics/gramian.ts';
import type { GroupReading, ProbeReading } from './probe.ts';
import type { StepOutcome } from './stepEngine.ts';

/** What the parts of the numbers that a step measured are called. */
export interface StepNames {
  readonly terms: readonly string[];
  /** The groups that probes measure, or the cut alone. */
  readonly groups: readonly string[];
  /** The one of them that figures without `@` refer to. */
  readonly sharedGroup: string;
}

/** The figures of a step. */
export interface StepReading {
  readonly losses: readonly number[];
  readonly probe: ProbeReading | undefined;
}

/**
 * Takes apart what an engine read. `paths` says for each loss and group whether gradients reach it;
 * where they do not, the reading says so.
 */
export function readStep(
  { kind, weights }: StepOutcome,
  values: ArrayLike<number>,
  { terms, groups: groupNames, sharedGroup }: StepNames,
  paths: readonly (readonly boolean[])[] | undefined,
): StepReading {
  const all = Array.from(values);
  const losses = all.slice(0, terms.length);
  if (kind === 'plain') return { losses, probe: undefined };
  const size = terms.length + 2;
  const groups = groupNames.map((name, index): GroupReading => {
    const start = terms.length + index * size * size;
    const products = Gramian.fromEntries(size, all.slice(start, start + size * size));
    return {
      name,
      shared: name === sharedGroup,
      gradients: products.leading(terms.length),
      hasPath: terms.map((_, term) => paths?.[term]?.[index] ?? true),
      parameterNorm: Math.sqrt(products.at(terms.length, terms.length)),
      updateNorm: Math.sqrt(products.at(terms.length + 1, terms.length + 1)),
    };
  });
  return { losses, probe: { terms, weights, groups } };
}
