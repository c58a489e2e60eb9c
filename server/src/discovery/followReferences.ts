import type { LossTerm } from '../model/lossTerm.ts';
import type { ConfigDocument, MappingEntry } from '../syntax/configTree.ts';
import { findNode } from '../syntax/configTree.ts';

/** OmegaConf's reference to another place: `${loss.kl}`, `${..kl}`, `${loss[kl]}`. */
const reference = /^\$\{\s*(\.*)([\w-]+(?:\.[\w-]+|\[[\w-]+\])*)\s*\}$/;
/** Hydra's header of a file that is not put to the root: `# @package model.loss`. */
const packageHeader = /^#[ \t]*@package[ \t]+(\S+)/m;
/** Longer chains of references are a circle. */
const longestChain = 10;

/** True where a value is left to OmegaConf: a reference, or a resolver such as `${oc.env:KL,1.0}`. */
export function isReference(text: string): boolean {
  return text.includes('${');
}

/**
 * The term that a reference leads to within the file, which is where the weight is defined; itself
 * where it leads out of the file or the value is none.
 */
export function followReference(document: ConfigDocument, term: LossTerm): LossTerm {
  const number = referredNumber(document, term);
  // What the place itself is called counts for more than what refers to it.
  return number ? { ...term, ...number, confidence: term.confidence * 0.9 } : term;
}

/** The number that a reference leads to within the file, with the place where it stands. */
export function referredNumber(
  document: ConfigDocument,
  from: Pick<LossTerm, 'path' | 'text'>,
): (Pick<LossTerm, 'path' | 'keyRange' | 'valueRange' | 'text'> & { weight: number }) | undefined {
  let { path, text } = from;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const target = targetOf(document, path, unquoted(text));
    const entry = target && entryAt(document, target);
    if (!target || entry?.value?.kind !== 'scalar') return undefined;
    const { keyRange, value } = entry;
    if (typeof value.value === 'number') {
      const found = { path: target, keyRange, valueRange: value.range, text: value.text };
      return { ...found, weight: value.value };
    }
    path = target;
    text = value.text;
  }
  return undefined;
}

/**
 * The keys of a reference within the file; its leading dots count from the mapping it stands in.
 * Undefined where it leads out of the file.
 */
function targetOf(
  document: ConfigDocument,
  path: readonly string[],
  text: string,
): readonly string[] | undefined {
  const [, dots = '', keys] = reference.exec(text) ?? [];
  if (keys === undefined) return undefined;
  const names = keys.split(/[.[\]]+/).filter((name) => name !== '');
  if (dots === '') return withinPackage(document, names);
  const levels = path.length - dots.length;
  return levels < 0 ? undefined : [...path.slice(0, levels), ...names];
}

/** What is called from the root stands further up in a file that Hydra puts into a package. */
function withinPackage(
  { text, language }: ConfigDocument,
  names: readonly string[],
): readonly string[] | undefined {
  const header = language === 'yaml' ? packageHeader.exec(text.slice(0, 1000))?.[1] : undefined;
  if (header === undefined || header === '_global_') return names;
  const around = header.split('.');
  const isInside = around.every((key, index) => names[index] === key);
  return isInside ? names.slice(around.length) : undefined;
}

/** A key, or an item of a list, which is its own. */
function entryAt(
  document: ConfigDocument,
  path: readonly string[],
): Pick<MappingEntry, 'keyRange' | 'value'> | undefined {
  const around = findNode(document.root, path.slice(0, -1));
  if (around?.kind === 'mapping') return around.entries.findLast(({ key }) => key === path.at(-1));
  const item = around?.kind === 'sequence' ? around.items[Number(path.at(-1))] : undefined;
  return item && { keyRange: item.range, value: item };
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
}
