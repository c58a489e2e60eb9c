import type { LossTerm } from '../model/lossTerm.ts';
import { type ConfigDocument, type ScalarNode, walkScalars } from '../syntax/configTree.ts';
import { copyEndings } from './copyText.ts';
import { discoverTerms } from './discoverTerms.ts';
import { isReference, referredNumber } from './followReferences.ts';
import { splitWords } from './keyWords.ts';
import { configsNamedIn, isConfigCalled, optionsGiven } from './namedConfigs.ts';

/** What a run's folder says of the options that it was trained with. */
export interface ConfigCopy {
  /** Absolute path of the file. */
  readonly path: string;
  /** Every number in it by the last of the keys that lead to it. */
  readonly numbers: ReadonlyMap<string, readonly CopiedNumber[]>;
  /** How many loss weights are found in it by themselves. */
  readonly weights: number;
  /** The configs that it says the run was started with, as they are written there. */
  readonly configs: readonly string[];
  /** Whether it computes anything, as no file does that holds options alone. */
  readonly isProgram: boolean;
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
/** Of plain texts in which programs print them: pix2pix's `train_opt.txt`, too. */
const printedCopy =
  /^(args|arguments|cfg|commandline_args|config|hparams|opts?|options|train_opt)\.txt$/i;

/**
 * The files that may hold the config of the run that a folder belongs to, the surest first: one
 * named as the config is (mmengine's dump), Hydra's, wandb's, MLflow's folder `params` with a file
 * for each parameter, then the usual names (Lightning's `hparams.yaml`, Detectron2's `config.yaml`),
 * and those that only name the config. Relative to the folder, with `/`, which ends a folder.
 *
 * @param names of the files and folders in it
 * @param configName file name of the config
 */
export function copiesIn(names: readonly string[], configName: string): readonly string[] {
  const has = (...wanted: readonly string[]): boolean =>
    wanted.every((name) => names.includes(name));
  const isMlflow = has('params') && (has('metrics') || has('meta.yaml'));
  const rest = names.filter((name) => name !== configName).sort();
  return [
    ...(has(configName) ? [configName] : []),
    ...(has('.hydra') ? ['.hydra/config.yaml', '.hydra/overrides.yaml'] : []),
    ...(has('files') ? ['files/config.yaml'] : []),
    ...(isMlflow ? ['params/'] : []),
    ...rest.filter((name) => isUsualCopy(name)),
    ...rest.filter((name) => printedCopy.test(name)),
    ...(has('.hydra') ? ['.hydra/hydra.yaml'] : []),
    ...(has('files') ? ['files/wandb-metadata.json'] : []),
    ...(has('wandb-metadata.json') ? ['wandb-metadata.json'] : []),
  ];
}

/** Whether a file is named as tools name their copies, and not as people name their configs. */
export function isUsualCopy(name: string): boolean {
  const stem = name.replace(copyEndings, '');
  return stem !== name && copyNames.has(stem.toLowerCase());
}

/** Whether a copy is written by a tool that writes down all options, so that what it lacks is unknown there. */
export function holdsAllOptions({ path }: Pick<ConfigCopy, 'path'>): boolean {
  return /[/\\](\.hydra[/\\]config\.yaml|files[/\\]config\.yaml|hparams\.yaml)$/.test(path);
}

/** The copy that says that the run was started with a config. */
export function copyNamed(
  configPath: string,
  copies: readonly ConfigCopy[],
): ConfigCopy | undefined {
  return copies.find(({ configs }) => configs.some((name) => isConfigCalled(configPath, name)));
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
  for (const { key, value } of optionsGiven(document)) {
    if (decimal.test(value)) addNumber(numbers, { path: plainPath([key]), value: Number(value) });
  }
  const configs = configsNamedIn(document);
  const isProgram = document.sums !== undefined && document.sums.length > 0;
  return { path, numbers, weights: discoverTerms(document).length, configs, isProgram };
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
