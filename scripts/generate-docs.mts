/**
 * Writes the generated pages of docs anew: `node scripts/generate-docs.mts`. A tidy test says when it
 * was forgotten.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { renderReference } from './reference.mts';
import { renderStrategies } from './strategiesPage.mts';

const folder = new URL('../docs/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, page] of [
  ['reference.md', renderReference()],
  ['strategies.md', renderStrategies()],
] as const) {
  const target = new URL(name, folder);
  writeFileSync(target, page);
  console.log(`Wrote ${fileURLToPath(target)}`);
}
