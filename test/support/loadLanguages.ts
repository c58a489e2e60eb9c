import { resolve } from 'node:path';

import { configLanguages } from '../../server/src/syntax/registry.ts';
import { readParserBinaries } from '../../server/src/workspace/parserBinaries.ts';

/** Loads the languages whose parsers are programs of their own, as the server does when it starts. */
export async function loadLanguages(): Promise<void> {
  const binaries = await readParserBinaries(resolve('dist'));
  await Promise.all(configLanguages.map((language) => language.load?.(binaries)));
}
