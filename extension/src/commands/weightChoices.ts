import type { FoundWeights } from '#protocol/findWeights';

/** A file with loss weights as the picker offers it. */
interface WeightChoice {
  readonly label: string;
  readonly description: string;
  readonly path: string;
  /** Of its first weight, from 0. */
  readonly line: number;
}

/** Each file once: of two workspace folders one may lie in the other. */
export function weightChoices(
  configs: FoundWeights['configs'],
  shorten: (path: string) => string,
): readonly WeightChoice[] {
  const once = new Map(configs.map((config) => [config.path, config]));
  return [...once.values()].map(({ path, weights, others }) => ({
    label: shorten(path),
    description: [
      ...weights.map(({ name, weight }) => (weight === undefined ? name : `${name} = ${weight}`)),
      ...(others > 0 ? [`${others} more`] : []),
    ].join(', '),
    path,
    line: weights[0]?.line ?? 0,
  }));
}

/** Of the picker: it says so where not all files were looked at. */
export function weightsTitle({ files, isCut }: Pick<FoundWeights, 'files' | 'isCut'>): string {
  const part = isCut ? ` (the first ${files.toLocaleString('en')} files only)` : '';
  return `Loss Weights in the Workspace${part}`;
}

/** What is said where there is nothing to pick; longer texts are cut in a notification. */
export function noWeightsText(files: number): string {
  if (files === 0) return 'No YAML, JSON, TOML or Python file is in the workspace.';
  const where = files === 1 ? 'the only file' : `the ${files.toLocaleString('en')} files`;
  return `No loss weight is found in ${where} looked at.`;
}

/** The globs of `files.exclude` that are switched on; those that ask for a sibling are not followed. */
export function hiddenGlobs(setting: unknown): readonly string[] {
  if (typeof setting !== 'object' || setting === null) return [];
  return Object.entries(setting).flatMap(([glob, on]) => (on === true ? [glob] : []));
}
