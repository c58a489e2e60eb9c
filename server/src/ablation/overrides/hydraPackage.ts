import { basename, dirname, extname, relative, resolve, sep } from 'node:path';

import type { ConfigDocument, ConfigNode } from '../../syntax/configTree.ts';
import { findNode } from '../../syntax/configTree.ts';
import { findCalls } from '../../syntax/languages/python/calls.ts';
import type { OverrideSubject } from './override.ts';

/** What a Hydra program says of its configs. */
export interface HydraMain {
  /** Absolute path of the folder of its configs, where it names one. */
  readonly root: string | undefined;
  /** Name of the primary config, mostly without its ending. */
  readonly configName: string | undefined;
}

/** What `@hydra.main` and the command line say; undefined for a program without it. */
export function hydraMain(
  program: { readonly path: string; readonly text: string },
  command: readonly string[],
): HydraMain | undefined {
  const main = findCalls(program.text, ['main']).find(({ callee }) => callee === 'hydra.main');
  if (!main) return undefined;
  const [path, name] = main.positional;
  const folder =
    given(command, ['--config-path', '-cp']) ?? (main.keywords.get('config_path') ?? path)?.content;
  const configName =
    given(command, ['--config-name', '-cn']) ?? (main.keywords.get('config_name') ?? name)?.content;
  const isElsewhere = folder === undefined || folder.includes('://') || folder.includes('{');
  return { root: isElsewhere ? undefined : resolve(dirname(program.path), folder), configName };
}

/** The value of an option of a command line: `--config-name x`, `--config-name=x`. */
function given(command: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, argument] of command.entries()) {
    if (names.includes(argument)) return command[index + 1];
    const name = names.find((each) => argument.startsWith(`${each}=`));
    if (name) return argument.slice(name.length + 1);
  }
  return undefined;
}

/** A config in the folder of a program's configs: `loss/vae.yaml` is `vae` of the group `loss`. */
export interface HydraPlace {
  /** With `/` between its parts; empty for what stands in no group. */
  readonly group: string;
  readonly option: string;
}

/** Where a config stands; undefined where it is not below that folder. */
export function placeOf(configPath: string, root: string): HydraPlace | undefined {
  const way = relative(root, configPath);
  if (way.startsWith('..') || resolve(root, way) !== configPath) return undefined;
  const parts = way.split(sep);
  return { group: parts.slice(0, -1).join('/'), option: basename(way, extname(way)) };
}

/** How a config comes to be part of what the program composes. */
export interface HydraChoice {
  /** The package that it is put into by whoever chose it; undefined where its own counts. */
  readonly into: string | undefined;
}

/**
 * How the command line, or else the defaults list of the primary config, choose a config; undefined
 * where they choose another, or where it is chosen deeper down, as only Hydra itself can tell.
 */
export function choiceOf(
  { command, configPath, program }: OverrideSubject,
  { group, option }: HydraPlace,
): HydraChoice | undefined {
  if (program?.primary?.path === configPath) return { into: undefined };
  for (const argument of command) {
    const [, name, into, chosen] = /^\+{0,2}([\w/-]+)(?:@([\w.]+))?=(.*)$/.exec(argument) ?? [];
    if (name === group && group !== '') return chosen === option ? { into } : undefined;
  }
  const defaults = findNode(program?.primary?.document.root, ['defaults']);
  if (defaults?.kind !== 'sequence') return undefined;
  return defaults.items
    .flatMap((item) => entriesOf(item))
    .find((entry) => entry.group === group && entry.options.includes(option));
}

/**
 * Whether a config has the last word against the primary one, because `_self_` stands before its group
 * in the defaults list; what only the command line adds (`+loss=vae`) comes behind that list.
 */
export function isComposedLast({ program }: OverrideSubject, { group }: HydraPlace): boolean {
  const defaults = findNode(program?.primary?.document.root, ['defaults']);
  const items = defaults?.kind === 'sequence' ? defaults.items : [];
  const own = items.findIndex((item) => item.kind === 'scalar' && item.value === '_self_');
  const at = items.findLastIndex((item) => entriesOf(item).some((entry) => entry.group === group));
  return own >= 0 && (at < 0 || own < at);
}

interface DefaultsEntry extends HydraChoice {
  readonly group: string;
  readonly options: readonly string[];
}

/** `- loss: vae`, `- override /loss@model.loss: vae`, `- loss/vae`. */
function entriesOf(item: ConfigNode): readonly DefaultsEntry[] {
  if (item.kind === 'scalar') {
    const [path = '', into] = String(item.value).replace(/^\//, '').split('@');
    const at = path.lastIndexOf('/');
    const group = path.slice(0, Math.max(at, 0));
    return [{ group, options: [path.slice(at + 1)], into }];
  }
  if (item.kind !== 'mapping') return [];
  return item.entries.map(({ key, value }) => {
    const [name = '', into] = key.replace(/^(?:override|optional)\s+/, '').split('@');
    const options = value?.kind === 'sequence' ? value.items : value ? [value] : [];
    const names = options.flatMap((one) => (one.kind === 'scalar' ? [String(one.value)] : []));
    return { group: name.replace(/^\//, ''), options: names, into };
  });
}

/**
 * The keys that a config is put under (Hydra 1.1 and later): what whoever chose it says, else what
 * its head says, `# @package model.loss`, else those of its group.
 */
export function packageOf(
  document: ConfigDocument,
  { group, option }: HydraPlace,
  choice: HydraChoice | undefined,
): readonly string[] {
  const written = choice?.into ?? packageIn(document.text) ?? '_group_';
  const dotted = group.replaceAll('/', '.');
  const whole = written
    .replace(/_group_/g, dotted)
    .replace(/_name_/g, option)
    .replace(/_(?:global|here)_\.?/g, '');
  return whole.split('.').filter((part) => part !== '');
}

export function packageIn(text: string): string | undefined {
  return /^(?:[ \t]*(?:#.*)?\r?\n)*?[ \t]*#[ \t]*@package[ \t]+(\S+)/.exec(text)?.[1];
}
