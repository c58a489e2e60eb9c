import type { ConfigDocument, ConfigNode } from '../syntax/configTree.ts';
import { findNode, walkScalars } from '../syntax/configTree.ts';
import { splitWords } from './keyWords.ts';

/** Options under which programs take the path of their config, as words. */
const configOptions = new Set([
  ...['base', 'c', 'cfg', 'cfg file', 'cfg path', 'conf', 'conf file', 'config', 'config file'],
  ...['config files', 'config path', 'configs', 'hparams file', 'hyp', 'opt', 'opt file'],
  ...['options file', 'yaml', 'yaml file', 'yaml path'],
]);
/** Hydra's, which take a name without an ending. */
const nameOptions = new Set(['cn', 'config name']);
const configEndings = /\.(json|py|toml|ya?ml)$/i;

/** An option of a command line with the text behind it; a text that stands alone has no key. */
export interface CommandOption {
  readonly key: string;
  readonly value: string;
}

/**
 * The configs that a copy of a run's options, or what a tool notes of the run, says that it was
 * started with: the value of `--config`, Hydra's `config_name` and the choices of its groups
 * (`loss/vae`). As they are written there; a name may lack its ending.
 */
export function configsNamedIn(document: ConfigDocument): readonly string[] {
  const { root } = document;
  const written = [...walkScalars(root)].flatMap(({ path, node }) => {
    const keys = path.filter((key) => key !== 'value' && !/^\d+$/.test(key));
    const isOption = keys.length === 1 && configOptions.has(wordsOf(keys[0] ?? ''));
    return isOption && isConfig(node.value) ? [node.value] : [];
  });
  const given = optionsGiven(document).flatMap(({ key, value }) => {
    const words = wordsOf(key);
    const isPath = (key === '' || configOptions.has(words)) && isConfig(value);
    return isPath || nameOptions.has(words) ? [value] : [];
  });
  return [...new Set([...written, ...given, ...hydraNames(root)])];
}

/** What Hydra notes in `.hydra/hydra.yaml`. */
function hydraNames(root: ConfigNode | undefined): readonly string[] {
  const name = findNode(root, ['hydra', 'job', 'config_name']);
  const choices = findNode(root, ['hydra', 'runtime', 'choices']);
  const groups = choices?.kind === 'mapping' ? choices.entries : [];
  const chosen = groups.flatMap(({ key, value }) =>
    value?.kind === 'scalar' && typeof value.value === 'string' && !key.startsWith('hydra/')
      ? [`${key.replace(/@.*$/, '')}/${value.value}`]
      : [],
  );
  const isNamed = name?.kind === 'scalar' && typeof name.value === 'string';
  return [...(isNamed ? [String(name.value)] : []), ...chosen];
}

/** The options in a list of arguments: Hydra's `overrides.yaml`, `args` of `wandb-metadata.json`. */
export function optionsGiven({ root }: ConfigDocument): readonly CommandOption[] {
  const list = root?.kind === 'sequence' ? root : findNode(root, ['args']);
  if (list?.kind !== 'sequence') return [];
  const texts = list.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
  return texts.flatMap((text, at) => {
    const assigned = assignmentIn(text);
    if (assigned) return [assigned];
    if (isFlag(text)) return isFlag(texts[at + 1]) ? [] : [optionOf(text, texts[at + 1])];
    return isFlag(texts[at - 1]) ? [] : [{ key: '', value: text }];
  });
}

/** `--kl-weight=0.1`, `+loss.kl_weight=0.1`. */
function assignmentIn(text: string): CommandOption | undefined {
  const [, key, value] = /^(?:--?|\+{1,2})?([A-Za-z_][\w./@-]*)=(.*)$/s.exec(text) ?? [];
  return key === undefined || value === undefined ? undefined : { key, value };
}

function isFlag(text: string | undefined): boolean {
  return text !== undefined && /^--?[A-Za-z][^=]*$/.test(text);
}

function optionOf(flag: string, value = ''): CommandOption {
  return { key: flag.replace(/^-+/, ''), value };
}

/** Whether a config is the one that is called so, wherever the folders above both are. */
export function isConfigCalled(configPath: string, name: string): boolean {
  const path = partsOf(configPath);
  const parts = partsOf(name);
  let shared = 0;
  while (shared < parts.length && parts.at(-1 - shared) === path.at(-1 - shared)) shared += 1;
  // An absolute path may be one of another machine.
  const isAbsolute = /^([\\/]|[A-Za-z]:)/.test(name);
  return shared > 0 && (isAbsolute || shared === parts.length);
}

function partsOf(path: string): readonly string[] {
  const parts = path.replace(configEndings, '').split(/[\\/]/);
  return parts.filter((part) => part !== '' && part !== '.' && part !== '..');
}

function isConfig(value: unknown): value is string {
  return typeof value === 'string' && configEndings.test(value);
}

function wordsOf(key: string): string {
  return splitWords(key).join(' ');
}
