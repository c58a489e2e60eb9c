import { dirname, relative, resolve, sep } from 'node:path';

import { RE2JS, RE2JSException } from 're2js';

import { fail, type Result, succeed } from '../base/result.ts';

/** Files by a pattern of their paths. */
export interface FileGlob {
  /** Absolute: the deepest folder below which all of them lie, or the only file itself. */
  readonly root: string;
  /** Whether a file, given by its absolute path, is one of them. */
  matches(path: string): boolean;
}

/**
 * Files named by a path relative to a folder, in which `*` stands for any part of a name, `?` for one
 * letter of it, `[0-9]` for one of these, `**` for any folders and `{a,b}` for either.
 */
export function compileFileGlob(text: string, folder: string): Result<FileGlob> {
  const parts = text.split('/');
  const firstOpen = parts.findIndex((part) => /[*?[{]/.test(part));
  if (firstOpen < 0) {
    const root = resolve(folder, text);
    return succeed({ root, matches: (path) => path === root });
  }
  // A text that begins with a slash is absolute.
  const base = parts.slice(0, firstOpen).join('/') || (firstOpen > 0 ? '/' : '.');
  const root = resolve(folder, base);
  if (dirname(root) === root) return fail('begins at the root of the file system');
  const expression = toExpression(parts.slice(firstOpen).join('/'));
  try {
    const compiled = RE2JS.compile(expression);
    return succeed({
      root,
      matches: (path) => {
        const way = relative(root, path).split(sep).join('/');
        return !way.startsWith('../') && compiled.testExact(way);
      },
    });
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return fail('cannot be understood: a bracket or a brace in it is not closed');
  }
}

/** The parts of a glob, the longer ones first. */
const tokens = /\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|[{},]|[^*?[{},]+|\[/g;

function toExpression(glob: string): string {
  let depth = 0;
  const expressions = (glob.match(tokens) ?? []).map((token) => {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    return expressionOf(token, depth);
  });
  return expressions.join('');
}

const wildcards: Readonly<Record<string, string>> = {
  '**/': '(?:[^/]+/)*',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
};

function expressionOf(token: string, depth: number): string {
  if (token === ',' && depth > 0) return '|';
  if (token.length > 1 && token.startsWith('[')) return token.replace(/^\[!/, '[^');
  return wildcards[token] ?? RE2JS.quote(token);
}
