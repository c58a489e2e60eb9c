import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';
import { z } from 'zod';

import { type ConfigNode, findNode } from '../../../server/src/syntax/configTree.ts';
import { json } from '../../../server/src/syntax/languages/json.ts';
import { python } from '../../../server/src/syntax/languages/python.ts';
import { toml } from '../../../server/src/syntax/languages/toml.ts';
import { yaml } from '../../../server/src/syntax/languages/yaml.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

/** Made by pythonValues.py beside it. */
const rowSchema = z.object({ text: z.string(), value: z.json() });
const rowsSchema = z.array(rowSchema).min(20);
const golden = z
  .object({
    yaml: rowsSchema,
    omegaconfYaml: rowsSchema,
    yamlDocuments: rowsSchema,
    json: rowsSchema,
    python: rowsSchema,
    toml: rowsSchema,
  })
  .parse(JSON.parse(readFileSync('test/fixtures/configs/pythonValues.json', 'utf8')));
const floats = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);
const floatSchema = z.strictObject({ float: z.string() });
const dateSchema = z.strictObject({ text: z.literal(true) });

/** Dates stay the text that they are written as. */
function expected(text: string, value: unknown): unknown {
  const float = floatSchema.safeParse(value);
  if (float.success) return floats.get(float.data.float);
  if (dateSchema.safeParse(value).success) return text;
  if (Array.isArray(value)) return value.map((item) => expected(text, item));
  return isMapping(value) ? mapValues(value, (inner) => expected(text, inner)) : value;
}

/** Python's −0.0 and 0 are one weight. */
function withoutSignOfZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSignOfZero);
  if (isMapping(value)) return mapValues(value, withoutSignOfZero);
  return value === 0 ? 0 : value;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(
  mapping: Readonly<Record<string, unknown>>,
  convert: (value: unknown) => unknown,
): unknown {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, convert(value)]));
}

function expectRow(root: ConfigNode | undefined, row: z.infer<typeof rowSchema>): void {
  const value = expected(row.text, row.value);
  expect(withoutSignOfZero(toPlainData(root))).toEqual(withoutSignOfZero(value));
}

test.each(golden.yaml)('PyYAML reads $text so', (row) => {
  expectRow(findNode(yaml.parse(`key: ${row.text}\n`).root, ['key']), row);
});

test.each(golden.omegaconfYaml)('OmegaConf reads $text so', (row) => {
  const text = `key: ${row.text}\ndefaults: []\n`;
  expectRow(findNode(yaml.parse(text).root, ['key']), row);
});

test.each(golden.yamlDocuments)('PyYAML reads the file $text so', (row) => {
  const { root, problems } = yaml.parse(row.text);
  expect(problems).toEqual([]);
  expectRow(root, row);
});

test.each(golden.json)('json reads $text so', (row) => {
  const { root, problems } = json.parse(row.text);
  expect(problems).toEqual([]);
  expectRow(root, row);
});

test.each(golden.python)('Python reads $text so', (row) => {
  expectRow(findNode(python.parse(`key = ${row.text}\n`).root, ['key']), row);
});

test.each(golden.toml)('tomllib reads $text so', (row) => {
  expectRow(findNode(toml.parse(`key = ${row.text}\n`).root, ['key']), row);
});
