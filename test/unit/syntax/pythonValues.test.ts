import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';
import { z } from 'zod';

import { toml } from '../../../server/src/syntax/languages/toml.ts';
import { yaml } from '../../../server/src/syntax/languages/yaml.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

/** Made by pythonValues.py beside it. */
const rowSchema = z.object({
  text: z.string(),
  value: z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.object({ float: z.string() }),
    z.object({ text: z.literal(true) }),
  ]),
});
const golden = z
  .object({ yaml: z.array(rowSchema), toml: z.array(rowSchema) })
  .parse(JSON.parse(readFileSync('test/fixtures/configs/pythonValues.json', 'utf8')));
const floats = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);

/** Dates stay the text that they are written as. */
function expected({ text, value }: z.infer<typeof rowSchema>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return 'float' in value ? floats.get(value.float) : text;
}

function expectValue(actual: unknown, value: unknown): void {
  // Python's −0.0 and 0 are one weight.
  expect(actual === 0 ? 0 : actual).toEqual(value === 0 ? 0 : value);
}

test.each(golden.yaml)('PyYAML reads $text so', (row) => {
  expectValue(toPlainData(yaml.parse(`key: ${row.text}\n`).root), { key: expected(row) });
});

test.each(golden.toml)('tomllib reads $text so', (row) => {
  expectValue(toPlainData(toml.parse(`key = ${row.text}\n`).root), { key: expected(row) });
});
