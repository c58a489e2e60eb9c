import type { LossTerm } from '../model/lossTerm.ts';
import { type ConfigDocument, type ScalarNode, walkScalars } from '../syntax/configTree.ts';
import { discoverTerms } from './discoverTerms.ts';
import { isReference, referredNumber } from './followReferences.ts';
import { splitWords } from './keyWords.ts';

/** What a run's folder says of the options that it was trained with. */
export interface ConfigCopy {
  /** Absolute path of the file. */
  readonly path: string;
  /** Every number in it by the last of the keys that lead to it. */
  readonly numbers: ReadonlyMap<string, readonly CopiedNumber[]>;
  /** How many loss weights are found in it by themselves. */
  readonly weights: number;
}

interface CopiedNumber {
  readonly path: readonly string[];
  readonly value: number;
}

/** Names of files, without their endings, in which programs and loggers write down their options. */
const copyNames = new Set([
  ...['arg', 'args', 'arguments', 'cfg', 'conf', 'config', 'configs', 'flags', 'full_config'],
  ...['hparams', 'hyp', 'hyper_parameters', 'hyperparameters', 'hyperparams', 'opt', 'option'],
  ...['options', 'opts', 'params', 'resolved_config', 'run_config', 'settings', 'train_args'],
  ...['train_config', 'training_args', 'training_config'],
]);
const copyEndings = /\.(json|py|toml|ya?ml)$/i;

/**
 * The files that may hold the config of the run that a folder belongs to, the surest first: one
 * named as the config is (mmengine's dump), Hydra's, wandb's, then the usual names (Lightning's
 * `hparams.yaml`, Detectron2's `config.yaml`). Relative to the folder, with `/`.
 *
 * @param names of the files and folders in it
 * @param configName file name of the config
 */
export function copiesIn(names: readonly string[], configName: string): readonly string[] {
  const usual = names.filter((name) => {
    const stem = name.replace(copyEndings, '');
    return stem !== name && name !== configName && copyNames.has(stem.toLowerCase());
  });
  return [
    ...names.filter((name) => name === configName),
    ...(names.includes('.hydra') ? ['.hydra/config.yaml'] : []),
    ...(names.includes('files') ? ['files/config.yaml'] : []),
    ...usual.sort(),
  ];
}

/** Whether a copy is written by a tool that writes down all options, so that what it lacks is unknown there. */
export function holdsAllOptions({ path }: ConfigCopy): boolean {
  return /[/\\](\.hydra[/\\]config\.yaml|files[/\\]config\.yaml|hparams\.yaml)$/.test(path);
}

/** Reads the numbers of a copy. */
export function readConfigCopy(path: string, document: ConfigDocument): ConfigCopy {
  const isWandb = hasKey(document, 'wandb_version') || hasKey(document, '_wandb');
  const numbers = new Map<string, CopiedNumber[]>();
  for (const { path: keys, node } of walkScalars(document.root)) {
    const value = numberAt(document, keys, node);
    const plain = plainPath(isWandb ? withoutValueKey(keys) : keys);
    if (value !== undefined) addNumber(numbers, { path: plain, value });
  }
  return { path, numbers, weights: discoverTerms(document).length };
}

function addNumber(numbers: Map<string, CopiedNumber[]>, number: CopiedNumber): void {
  const last = number.path.at(-1) ?? '';
  const same = numbers.get(last);
  if (same) same.push(number);
  else numbers.set(last, [number]);
}

/**
 * The weights of a config's terms as a copy gives them. A term is found by its keys, of which either
 * side may have more above them: `model.init_args.kl_weight` is `kl_weight` in `hparams.yaml`, and
 * what stands alone in a file of Hydra's `loss` group is `loss.kl_weight`. What is ambiguous is left out.
 */
export function weightsInCopy(
  terms: readonly LossTerm[],
  { numbers }: ConfigCopy,
): ReadonlyMap<string, number> {
  return new Map(
    terms.flatMap(({ name, path, kind }) => {
      const plain = plainPath(path);
      const candidates = kind === 'definition' ? numbers.get(plain.at(-1) ?? '') : undefined;
      const value = candidates && nearestValue(plain, candidates);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** The value under the most of the same last keys, where all that have as many agree. */
function nearestValue(
  path: readonly string[],
  candidates: readonly CopiedNumber[],
): number | undefined {
  const rated = candidates.map((candidate) => ({
    value: candidate.value,
    shared: sharedKeys(path, candidate.path),
    fits: fits(path, candidate.path) || (candidates.length === 1 && isTelling(path.at(-1) ?? '')),
  }));
  const most = Math.max(...rated.map(({ shared, fits: does }) => (does ? shared : 0)));
  const best = rated.filter(({ shared, fits: does }) => does && shared === most);
  return new Set(best.map(({ value }) => value)).size === 1 ? best[0]?.value : undefined;
}

function fits(path: readonly string[], other: readonly string[]): boolean {
  const shared = sharedKeys(path, other);
  if (shared >= 2 || path.length === other.length) return shared >= Math.min(2, path.length);
  return shared === Math.min(path.length, other.length) && isTelling(path.at(-1) ?? '');
}

/** Keys that say nothing without those above them. */
const silent = new Set(['beta', 'coef', 'coeff', 'lambda', 'loss', 'scale', 'value', 'weight']);

/** Whether a key names its loss: `kl_weight`, not `loss_weight` or the number of an item. */
function isTelling(key: string): boolean {
  return splitWords(key).some((word) => !silent.has(word) && /\p{L}/u.test(word));
}

function sharedKeys(path: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < path.length && path.at(-1 - shared) === other.at(-1 - shared)) shared += 1;
  return shared;
}

/** `--kl-weight`, `loss.kl_weight` and `loss/kl_weight` as options are named where they are read. */
function plainPath(path: readonly string[]): readonly string[] {
  return path.flatMap((key) =>
    key
      .replace(/^-+|#\d+$/g, '')
      .replaceAll('-', '_')
      .split(/[./]/)
      .filter((part) => part !== ''),
  );
}

/** `kl_weight.value` as wandb writes it, beside `kl_weight.desc`. */
function withoutValueKey(path: readonly string[]): readonly string[] {
  return path[1] === 'value' ? path.filter((_, at) => at !== 1) : path;
}

function hasKey({ root }: ConfigDocument, key: string): boolean {
  return root?.kind === 'mapping' && root.entries.some((entry) => entry.key === key);
}

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

function numberAt(
  document: ConfigDocument,
  path: readonly string[],
  { value, text }: ScalarNode,
): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (isReference(value)) return referredNumber(document, { path, text })?.weight;
  return decimal.test(value) ? Number(value) : undefined;
}
