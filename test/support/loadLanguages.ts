import { resolve } from 'node:path';

import { readParserBinaries } from '../../server/src/parserBinaries.ts';
import { configLanguages } from '../../server/src/syntax/registry.ts';

/** Loads the languages whose parsers are programs of their own, as the server does when it starts. */
export async function loadLanguages(): Promise<void> {
  const binaries = await readParserBinaries(resolve('dist'));
  await Promise.all(configLanguages.map((language) => language.load?.(binaries)));
}
