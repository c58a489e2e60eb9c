/**
 * Writes docs/reference.md anew: `node scripts/generate-docs.mts`. A tidy test says when it was
 * forgotten.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { renderReference } from './reference.mts';

const target = new URL('../docs/reference.md', import.meta.url);
mkdirSync(new URL('.', target), { recursive: true });
writeFileSync(target, renderReference());
console.log(`Wrote ${fileURLToPath(target)}`);
