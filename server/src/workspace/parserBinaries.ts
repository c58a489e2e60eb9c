import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { ParserBinaries } from '../syntax/configTree.ts';

const names = {
  engine: { package: 'web-tree-sitter', file: 'web-tree-sitter.wasm' },
  grammar: { package: 'tree-sitter-python', file: 'tree-sitter-python.wasm' },
} as const;

/** The modules that read Python: beside the bundle, else where the packages are installed. */
export async function readParserBinaries(bundleFolder: string): Promise<ParserBinaries> {
  const [engine, grammar] = await Promise.all(
    [names.engine, names.grammar].map((binary) => readBinary(bundleFolder, binary)),
  );
  if (!engine || !grammar) throw new Error('The parser for Python is not installed.');
  return { engine, grammar };
}

async function readBinary(
  bundleFolder: string,
  binary: { readonly package: string; readonly file: string },
): Promise<Uint8Array> {
  try {
    return await readFile(join(bundleFolder, binary.file));
  } catch {
    const require = createRequire(join(bundleFolder, 'index.js'));
    return await readFile(require.resolve(`${binary.package}/${binary.file}`));
  }
}
