import { basename, dirname, extname, join } from 'node:path';

import { neverCancelled } from '../base/cancellation.ts';
import {
  type ConfigCopy,
  copiesIn,
  copyNamed,
  isUsualCopy,
  readConfigCopy,
} from '../discovery/configCopy.ts';
import { toReadableText } from '../discovery/copyText.ts';
import type { WorkspaceFiles } from './files.ts';
import { parseInTurns } from './parseInTurns.ts';

/** Longer files are no options that somebody has set. */
const longestCopy = 512 * 1024;
/** Of one run; more are looked at for none. */
const mostCopies = 8;
/** MLflow's parameters of one run; it takes no more than 6,000 letters for each. */
const mostParameters = 512;
const longestParameter = 8 * 1024;
/** How many files are read at the same time. */
const atOnce = 16;
/** Levels of folders that the slashes in the names of parameters make. */
const mostLevels = 4;

/** The texts in the folders of a run that may be copies of a config, by their paths, the surest first. */
export async function readCopyTexts(
  files: WorkspaceFiles,
  folders: readonly string[],
  configPath: string,
): Promise<ReadonlyMap<string, string>> {
  const siblings = new Set(await siblingsOf(files, configPath));
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const names = await files.list(folder);
    const others = names.filter((name) => siblings.has(name) && !isUsualCopy(name)).sort();
    const copies = [...copiesIn(names, basename(configPath)), ...others];
    for (const name of copies.slice(0, mostCopies - texts.size)) {
      const path = join(folder, name);
      const text = await readCopyText(files, path, name);
      if (text !== undefined) texts.set(path, text);
    }
  }
  return texts;
}

async function readCopyText(
  files: WorkspaceFiles,
  path: string,
  name: string,
): Promise<string | undefined> {
  return name.endsWith('/') ? readParameters(files, path) : files.readText(path, longestCopy);
}

/** MLflow's folder with a file for each parameter, as JSON. */
async function readParameters(files: WorkspaceFiles, folder: string): Promise<string | undefined> {
  const names = await filesBelow(files, folder, '', mostLevels);
  const read: [string, string][] = [];
  for (let at = 0; at < Math.min(names.length, mostParameters); at += atOnce) {
    const some = names.slice(at, Math.min(at + atOnce, mostParameters));
    const values = some.map(async (name): Promise<[string, string][]> => {
      const text = await files.readText(join(folder, name), longestParameter);
      return text === undefined ? [] : [[name, text.trim()]];
    });
    read.push(...(await Promise.all(values)).flat());
  }
  return read.length === 0 ? undefined : JSON.stringify(Object.fromEntries(read));
}

async function filesBelow(
  files: WorkspaceFiles,
  folder: string,
  above: string,
  levels: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, kind } of await files.entries(join(folder, above))) {
    if (found.length >= mostParameters) break;
    if (kind === 'file') found.push(`${above}${name}`);
    else if (kind === 'folder' && levels > 1) {
      found.push(...(await filesBelow(files, folder, `${above}${name}/`, levels - 1)));
    }
  }
  return found;
}

/** Reads the copies, in turns with others. */
export async function parseCopies(
  texts: ReadonlyMap<string, string>,
): Promise<readonly ConfigCopy[]> {
  const copies: ConfigCopy[] = [];
  for (const [path, written] of texts) {
    const { name, text } = toReadableText(path.replace(/[\\/]$/, ''), written);
    const document = await parseInTurns(name, text, neverCancelled);
    if (document?.root) copies.push(readConfigCopy(path, document));
  }
  return copies;
}

/**
 * The config beside this one that the copies say the run was started with, and not with this one:
 * they name it, or one of them is called as it is and sets weights. Undefined where none says so,
 * or where that config builds on this one.
 */
export async function otherConfigOf(
  files: WorkspaceFiles,
  configPath: string,
  copies: readonly ConfigCopy[],
): Promise<string | undefined> {
  if (copies.length === 0 || isNamed(configPath, copies)) return undefined;
  const siblings = await siblingsOf(files, configPath);
  const other = siblings
    .map((name) => join(dirname(configPath), name))
    .find((path) => isNamed(path, copies));
  const text = other === undefined ? undefined : await files.readText(other, longestCopy);
  return text === undefined || speaksOf(text, basename(configPath)) ? undefined : other;
}

function isNamed(configPath: string, copies: readonly ConfigCopy[]): boolean {
  const name = basename(configPath);
  const isOwnName = ({ path, weights, isProgram }: ConfigCopy): boolean =>
    basename(path) === name && !isUsualCopy(name) && weights > 0 && !isProgram;
  return copyNamed(configPath, copies) !== undefined || copies.some(isOwnName);
}

/** `_base_ = './base.py'`, `defaults: [base]`: with or without its ending. */
function speaksOf(text: string, name: string): boolean {
  const words = new Set(text.split(/[^\w.-]+/));
  return words.has(name) || words.has(basename(name, extname(name)));
}

/** The names of the other configs in a config's folder, of the same language. */
async function siblingsOf(files: WorkspaceFiles, configPath: string): Promise<readonly string[]> {
  const ending = extname(configPath).toLowerCase();
  const names = await files.list(dirname(configPath));
  return names.filter(
    (name) => extname(name).toLowerCase() === ending && name !== basename(configPath),
  );
}
