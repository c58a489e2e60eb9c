/** Writes `schemas/counterweight.schema.json` from the schema in the source: `node scripts/generate-schema.mts`. */
import { writeFileSync } from 'node:fs';

import { formatProjectFileJsonSchema } from '../server/src/discovery/projectFileJsonSchema.ts';

const target = new URL('../schemas/counterweight.schema.json', import.meta.url);
writeFileSync(target, formatProjectFileJsonSchema());
console.log(`Wrote ${target.pathname}`);
