import { basename, dirname, extname, resolve, sep } from 'node:path';

import { applyChanges, type TextChange } from '../../base/textRange.ts';
import {
  type ConfigDocument,
  type ConfigNode,
  findNode,
  type ScalarNode,
} from '../../syntax/configTree.ts';
import { parseConfig } from '../../syntax/registry.ts';

/** The keys under which mmengine and Detectron2 name the configs that one builds on. */
const baseKeys = ['_base_', '_BASE_'];

/**
 * The text of a config as a copy elsewhere needs it to mean the same: the bases of mmengine and
 * Detectron2 by their whole paths, and what mmengine puts in for `{{ fileDirname }}` and the like.
 * Everything else, comments too, stays as it is: what other relative paths are relative to, only
 * the program knows.
 */
export function textForCopy(configPath: string, text: string): string {
  const filled = fillFileWords(configPath, text);
  const document = parseConfig(configPath, filled);
  if (!document) return filled;
  return applyChanges(filled, absoluteBases(configPath, document));
}

/** Why no copy of a config elsewhere can be read by the program; undefined where one can. */
export function whyNoCopy(
  configPath: string,
  { language, text }: ConfigDocument,
): string | undefined {
  if (language !== 'python' || !/^[ \t]*with[ \t]+read_base\(\)/m.test(text)) return undefined;
  const name = basename(configPath);
  return `${name} imports its bases from beside it (read_base), so no copy of it in the folder of a run can be read. Set run.overrides: mmengine in counterweight.yaml, where the program takes --cfg-options.`;
}

/** What a person should know of copies of a config, in words. */
export function notesOnCopies(configPath: string, document: ConfigDocument): readonly string[] {
  const name = basename(configPath);
  const notes: string[] = [];
  if (absoluteBases(configPath, document).length > 0) {
    notes.push(`In the copies of ${name}, its bases are named by their whole paths.`);
  }
  if (isHydraList(findNode(document.root, ['defaults']))) {
    notes.push(
      `${name} names others beside it in its defaults list, and Hydra looks for these beside the copy. Set run.overrides: hydra in counterweight.yaml, or list the folder of ${name} in hydra.searchpath.`,
    );
  }
  if (
    document.language === 'python' &&
    /^[ \t]*from[ \t]+\.+\w*[ \t]+import\b/m.test(document.text)
  ) {
    notes.push(`${name} imports from beside it by "from .", which its copies cannot.`);
  }
  return notes;
}

/** `- loss: vae` and `- _self_`, as Hydra knows them. */
function isHydraList(node: ConfigNode | undefined): boolean {
  return (
    node?.kind === 'sequence' &&
    node.items.some(
      (item) =>
        item.kind === 'mapping' || String(item.kind === 'scalar' && item.value) === '_self_',
    )
  );
}

/** What mmengine puts in from the path of the file before it reads it. */
function fillFileWords(configPath: string, text: string): string {
  const ending = extname(configPath);
  const words = new Map([
    ['fileDirname', withSlashes(dirname(configPath))],
    ['fileBasename', basename(configPath)],
    ['fileBasenameNoExtension', basename(configPath, ending)],
    ['fileExtname', ending],
  ]);
  return text.replaceAll(
    /\{\{\s*(file(?:Dirname|BasenameNoExtension|Basename|Extname))\s*\}\}/g,
    (whole, word) => words.get(word) ?? whole,
  );
}

function absoluteBases(
  configPath: string,
  { root, language }: ConfigDocument,
): readonly TextChange[] {
  return baseKeys.flatMap((key) => {
    const node = findNode(root, [key]);
    const items = node?.kind === 'sequence' ? node.items : node ? [node] : [];
    return items.flatMap((item) => {
      if (item.kind !== 'scalar' || !isRelative(item.value)) return [];
      const path = withSlashes(resolve(dirname(configPath), item.value));
      return [{ range: item.range, newText: written(path, item, language) }];
    });
  });
}

/** Neither absolute nor an address, and none of a package (`mmdet::…`). */
function isRelative(value: ScalarNode['value']): value is string {
  if (typeof value !== 'string' || value === '' || value.includes('\n')) return false;
  return !/^(?:[\\/~]|[A-Za-z][\w+.-]*:)|::|\{\{/.test(value);
}

/** In the quotes that were there, where these can hold it. */
function written(path: string, { text }: ScalarNode, language: string): string {
  if (text.startsWith("'") && !path.includes("'")) return `'${path}'`;
  const isPlain = language === 'yaml' && !text.startsWith('"') && /^[\w/.@+-]+$/.test(path);
  return isPlain ? path : JSON.stringify(path);
}

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}
