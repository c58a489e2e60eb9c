import { relative } from 'node:path';

import { type ConfigCopy, holdsAllOptions, weightsInCopy } from '../discovery/configCopy.ts';
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
}

/** Of several copies that lie about the one with the most of the config's weights counts. */
export function copiedWeights(
  file: ConfigFile,
  copies: readonly ConfigCopy[],
): CopiedWeights | undefined {
  const read = copies.map((copy) => ({ copy, weights: weightsInCopy(file.terms, copy) }));
  const [best] = read.sort((a, b) => b.weights.size - a.weights.size);
  if (!best) return undefined;
  // The weights in the middle of a program stand in no copy of its options.
  const isProgram = file.document?.sums !== undefined;
  const isForeign =
    best.weights.size === 0 &&
    !isProgram &&
    copies.some((copy) => copy.weights > 0 && holdsAllOptions(copy));
  return { ...best, isForeign };
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
  if (!root) return undefined;
  if (!copied || copied.weights.size === 0) {
    // What counterweight.yaml says goes before every guess.
    return copied?.isForeign && root.confidence < 1 ? undefined : root;
  }
  const { terms } = file;
  const name = relative(run.id, copied.copy.path).replaceAll('\\', '/');
  const part = `${copied.weights.size} of ${terms.length} ${terms.length === 1 ? 'weight' : 'weights'}`;
  return {
    because: `${root.because}, and ${name} in the run's folder holds ${part}`,
    confidence: Math.max(root.confidence, 0.7 + (0.25 * copied.weights.size) / terms.length),
  };
}
