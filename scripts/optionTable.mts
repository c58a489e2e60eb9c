import { z } from 'zod';

import { code, markdownTable } from './markdownTable.mts';

/** What JSON Schema says of an option. */
const optionSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.looseObject({ type: z.string() })).optional(),
  default: z.unknown(),
  description: z.string(),
});
const optionsSchema = z.object({ properties: z.record(z.string(), optionSchema).default({}) });

/** A row for each option of a schema; '' where it has none. */
export function optionTable(options: z.ZodType): string {
  const { properties } = optionsSchema.parse(z.toJSONSchema(options, { io: 'input' }));
  const rows = Object.entries(properties).map(([name, option]) => [
    code(name),
    valuesOf(option),
    code(JSON.stringify(option.default)),
    option.description,
  ]);
  return rows.length === 0
    ? ''
    : markdownTable(['option', 'values', 'default', 'what it does'], rows);
}

function valuesOf({ type, enum: words, anyOf }: z.infer<typeof optionSchema>): string {
  if (words) return words.map((word) => code(String(word))).join(', ');
  return type ?? anyOf?.map((choice) => choice.type).join(' or ') ?? '';
}
