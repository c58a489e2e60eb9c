import { z } from 'zod';

import type { Task } from './task.ts';

/** What may stand at one place of a config: the part of JSON Schema that our schemas come to. */
const optionSchema = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), optionSchema).optional();
  },
  /** What keys that `properties` does not list may hold; false where there may be none. */
  get additionalProperties() {
    return z.union([z.boolean(), optionSchema]).optional();
  },
  get items() {
    return z.union([z.boolean(), optionSchema]).optional();
  },
  get prefixItems() {
    return z.array(optionSchema).optional();
  },
  get anyOf() {
    return z.array(optionSchema).optional();
  },
  get oneOf() {
    return z.array(optionSchema).optional();
  },
});
export type OptionSchema = z.infer<typeof optionSchema>;

/** What a place of a config may hold, and the alternatives that are left by what stands there. */
export interface ConfigOption {
  /** Key that leads here; '' for the whole config. */
  readonly name: string;
  readonly schema: OptionSchema;
  /** Never empty; none of them has alternatives of its own. */
  readonly alternatives: readonly OptionSchema[];
  readonly required: boolean;
}

/** All keys of a task with what they may hold, made from the schema that validates them. */
export function optionsOfTask(task: Pick<Task, 'configSchema'>): OptionSchema {
  return optionSchema.parse(
    z.toJSONSchema(task.configSchema, {
      io: 'input',
      unrepresentable: 'any',
      override({ zodSchema: { _zod: schema }, jsonSchema }) {
        // zod leaves the default out where what is written is transformed; null stays null.
        if (schema.def.type === 'default' && schema.def.defaultValue === null) {
          jsonSchema.default = null;
        }
      },
    }),
  );
}

/** The option at a path of a config with this data; undefined where no schema speaks of it. */
export function optionAt(
  root: OptionSchema,
  path: readonly PropertyKey[],
  data: unknown,
): ConfigOption | undefined {
  const start = toOption('', root, data, true);
  return path.reduce<{ option: ConfigOption; data: unknown } | undefined>(
    (place, key) => {
      const inner = place && valueAt(place.data, key);
      const option = place && childOf(place.option, key, inner);
      return option && { option, data: inner };
    },
    { option: start, data },
  )?.option;
}

/** The keys of a mapping, in the order of the schema; those of several alternatives together. */
export function keysOf({ alternatives }: Pick<ConfigOption, 'alternatives'>): readonly string[] {
  return [...new Set(alternatives.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** The words that may stand at a place, where the schema lists them. */
export function wordsOf({ alternatives }: Pick<ConfigOption, 'alternatives'>): readonly string[] {
  const values = alternatives.flatMap(({ enum: words = [], const: word }) => [...words, word]);
  return [...new Set(values)].filter((value): value is string => typeof value === 'string');
}

/** The option of a key of a mapping, or of an item of a list, that holds this data. */
export function childOf(
  option: ConfigOption,
  key: PropertyKey,
  data: unknown,
): ConfigOption | undefined {
  const name = String(key);
  const children = option.alternatives.flatMap((schema) => childSchemas(schema, name));
  const [first] = children;
  if (!first) return undefined;
  const required = option.alternatives.every((schema) => schema.required?.includes(name));
  // The same key of several alternatives: `name`, each with one word of its own.
  const merged = children.length === 1 ? first : { ...shared(first), anyOf: children };
  return toOption(name, merged, data, required);
}

function shared({ description, default: value }: OptionSchema): OptionSchema {
  return {
    ...(description === undefined ? {} : { description }),
    ...(value === undefined ? {} : { default: value }),
  };
}

function childSchemas(schema: OptionSchema, key: string): readonly OptionSchema[] {
  const property = schema.properties?.[key];
  if (property) return [property];
  const { additionalProperties: other } = schema;
  if (typeof other === 'object') return [other];
  const item = /^\d+$/.test(key) ? (schema.prefixItems?.[Number(key)] ?? schema.items) : undefined;
  return typeof item === 'object' ? [item] : [];
}

function toOption(
  name: string,
  schema: OptionSchema,
  data: unknown,
  required: boolean,
): ConfigOption {
  return { name, schema, alternatives: fitting(flatten(schema), data), required };
}

function flatten(schema: OptionSchema): readonly OptionSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return inner.length === 0 ? [schema] : inner.flatMap(flatten);
}

/**
 * Where alternatives are told apart by a word, such as the name of a strategy, the one whose word
 * stands in the data is meant.
 */
function fitting(alternatives: readonly OptionSchema[], data: unknown): readonly OptionSchema[] {
  if (typeof data !== 'object' || data === null) return alternatives;
  const meant = alternatives.filter(
    ({ properties }) =>
      properties &&
      Object.entries(properties).some(
        ([key, { const: word }]) => word !== undefined && word === valueAt(data, key),
      ),
  );
  return meant.length === 0 ? alternatives : meant;
}

/** What stands at a key of plain data; undefined where there is no such key. */
export function valueAt(data: unknown, key: PropertyKey): unknown {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  return Object.entries(data).find(([name]) => name === String(key))?.[1];
}
