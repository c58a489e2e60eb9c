import type { FoundWeights } from '#protocol/findWeights';

/** A file with loss weights as the picker offers it. */
interface WeightChoice {
  readonly label: string;
  readonly description: string;
  readonly path: string;
  /** Of its first weight, from 0. */
  readonly line: number;
}

export function weightChoices(
  configs: FoundWeights['configs'],
  shorten: (path: string) => string,
): readonly WeightChoice[] {
  return configs.map(({ path, weights }) => ({
    label: shorten(path),
    description: weights
      .map(({ name, weight }) => (weight === undefined ? name : `${name} = ${weight}`))
      .join(', '),
    path,
    line: weights[0]?.line ?? 0,
  }));
}

/** The globs of `files.exclude` that are switched on; those that ask for a sibling are not followed. */
export function hiddenGlobs(setting: unknown): readonly string[] {
  if (typeof setting !== 'object' || setting === null) return [];
  return Object.entries(setting).flatMap(([glob, on]) => (on === true ? [glob] : []));
}
