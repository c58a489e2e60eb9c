import { relative } from 'node:path';

import {
  type ConfigCopy,
  copyNamed,
  holdsAllOptions,
  weightsInCopy,
} from '../discovery/configCopy.ts';
import type { ConfigFile } from './configFile.ts';
import { type LogRoot, type RunBinding, rootOf } from './configView.ts';
import type { KnownRun } from './knownRun.ts';

/** What copies of the config in the folder of a run say of its terms. */
export interface CopiedWeights {
  readonly weights: ReadonlyMap<string, number>;
  /** The copy that the weights are from. */
  readonly copy: ConfigCopy;
  /** True where the copies are surely of another config: they have its losses and none of this one's. */
  readonly isForeign: boolean;
  /** The copy that says that the run was started with this config. */
  readonly naming: ConfigCopy | undefined;
  /** The config beside it that the run was started with instead. */
  readonly other: string | undefined;
}

/** Of several copies that lie about the one with the most of the config's weights counts. */
export function copiedWeights(
  file: ConfigFile,
  copies: readonly ConfigCopy[],
  other?: string,
): CopiedWeights | undefined {
  const read = copies.map((copy) => ({ copy, weights: weightsInCopy(file.terms, copy) }));
  const [best] = read.sort((a, b) => b.weights.size - a.weights.size);
  if (!best) return undefined;
  // The weights in the middle of a program stand in no copy of its options.
  const isProgram = file.document?.sums !== undefined;
  const naming = copyNamed(file.path, copies);
  const isForeign =
    naming === undefined &&
    best.weights.size === 0 &&
    !isProgram &&
    copies.some((copy) => copy.weights > 0 && holdsAllOptions(copy));
  return { ...best, isForeign, naming, other };
}

/** Why a run that appears at one of these places is one of the config; undefined where it is of another. */
export function bindRun(
  run: KnownRun,
  file: ConfigFile,
  roots: readonly LogRoot[],
  copied: CopiedWeights | undefined,
): RunBinding | undefined {
  if (run.configPath !== undefined) {
    return { because: 'it was started from this config', confidence: 1 };
  }
  const root = rootOf(roots, run.id, run.discovered?.files);
  // A place that is named may hold the runs of several configs.
  if (!root || copied?.other !== undefined) return undefined;
  // What counterweight.yaml says goes before every guess.
  if (copied?.isForeign && root.confidence < 1) return undefined;
  return copied ? withCopies(run, file, root, copied) : root;
}

function withCopies(
  run: KnownRun,
  { terms }: ConfigFile,
  root: LogRoot,
  { weights: { size }, copy, naming }: CopiedWeights,
): RunBinding {
  const nameOf = ({ path }: ConfigCopy): string => relative(run.id, path).replaceAll('\\', '/');
  const part = `${size} of ${terms.length} ${terms.length === 1 ? 'weight' : 'weights'}`;
  const held = `${nameOf(copy)} in the run's folder holds ${part}`;
  const named = naming ? `${nameOf(naming)} names this config` : '';
  const reasons = [root.because, ...(size > 0 ? [held] : []), ...(naming ? [named] : [])];
  const bySize = size > 0 ? 0.7 + (0.25 * size) / terms.length : 0;
  return {
    because: reasons.join(', and '),
    confidence: Math.max(root.confidence, bySize, naming ? 0.95 : 0),
  };
}
