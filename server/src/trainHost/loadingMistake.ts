import { basename } from 'node:path';

/** What to write instead of TypeScript that is more than types. */
const instead: Readonly<Record<string, string>> = {
  enum: "write an object instead: const Mode = { fast: 'fast', slow: 'slow' } as const",
  'parameter property': 'declare the field, and assign it in the constructor',
  namespace: 'put it into a module of its own',
  'import equals': 'write import … from',
};

/** What is wrong with a module that Node.js does not load, in words. */
export function loadingMistake(error: unknown, message: string): string {
  const code = codeOf(error);
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    const what = /TypeScript (.+?) (?:declaration )?is not supported/.exec(message)?.[1] ?? message;
    const kind = Object.keys(instead).find((name) => what.includes(name));
    const hint = kind === undefined ? 'write it in JavaScript' : instead[kind];
    return `Types are removed, not compiled, so TypeScript's ${what} does not work here; ${hint}.`;
  }
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return 'TypeScript below node_modules is not loaded; import its JavaScript.';
  }
  if (/^Unexpected token 'export'|^Cannot use import statement/.test(message)) {
    return 'A package.json above says that this file is CommonJS; let its name end in .mts or .mjs, or set "type": "module" there.';
  }
  if (/does not provide an export named/.test(message)) {
    return `${message}. Where that is a type, write import type.`;
  }
  if (error instanceof SyntaxError) return `Syntax error: ${message}`;
  return `while it was loaded: ${message}`;
}

/** An import of something that is not there. */
export interface MissingImport {
  readonly said: string;
  /** Absolute path of the file that imports it. */
  readonly importer: string | undefined;
  /** The line of the import, counted from 1. */
  lineIn(importerText: string): number;
}

export function missingImport(error: unknown): MissingImport | undefined {
  if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND' || !(error instanceof Error)) return undefined;
  const match = /^Cannot find (module|package) '(.+?)' imported from (.+)$/m.exec(error.message);
  const [, kind, wanted = '', importer] = match ?? [];
  const ending = kind === 'module' ? basename(wanted) : wanted;
  const hint =
    kind === 'module'
      ? 'Imports of your own files have their ending: ./data.ts.'
      : 'Install it where the task lies, or do without it.';
  return {
    said: `It imports ${ending}, which is not there. ${hint}`,
    importer,
    lineIn(text) {
      const lines = text.split('\n');
      const at = lines.findIndex(
        (line) => /\b(?:import|from)\b/.test(line) && line.includes(ending),
      );
      return Math.max(at, 0) + 1;
    },
  };
}

const importPattern =
  /^[ \t]*import\s+(?!type\b)([^'";]*?)\s*from\s*['"](@tensorflow\/tfjs[\w-]*)['"]/gm;

/** The first import of values from TensorFlow.js: another copy of it than the engine's. */
export function libraryImport(
  text: string,
): { readonly line: number; readonly said: string } | undefined {
  for (const match of text.matchAll(importPattern)) {
    const [, names = '', library] = match;
    const entries = /^\{(.*)\}$/s
      .exec(names)?.[1]
      ?.split(',')
      .map((entry) => entry.trim());
    if (entries?.every((entry) => entry === '' || entry.startsWith('type '))) continue;
    return {
      line: text.slice(0, match.index).split('\n').length,
      said: `It imports values from ${library}; tensors of another copy of TensorFlow.js cannot be trained. Take tf from the argument of create, and write import type for its types.`,
    };
  }
  return undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
