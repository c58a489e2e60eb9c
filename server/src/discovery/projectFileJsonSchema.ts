import { z } from 'zod';

import { projectFileSchema } from '../model/projectFile.ts';

/** The part of JSON Schema that our own schema uses. */
const jsonSchemaNode = z.object({
  get properties() {
    return z.record(z.string(), jsonSchemaNode).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), jsonSchemaNode]).optional();
  },
  /** One for each place of a list of fixed length. */
  get items() {
    return z.union([jsonSchemaNode, z.array(jsonSchemaNode)]).optional();
  },
  get anyOf() {
    return z.array(jsonSchemaNode).optional();
  },
  get oneOf() {
    return z.array(jsonSchemaNode).optional();
  },
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
});
type JsonSchemaNode = z.infer<typeof jsonSchemaNode>;

/** The JSON schema of `counterweight.yaml`, for editors that complete and check by one. */
export function projectFileJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(projectFileSchema, { target: 'draft-7', io: 'input' }),
    title: 'counterweight.yaml',
    description: 'What Counterweight cannot guess about a project. Every key is optional.',
  };
}

/** The same as the text of a file, with short lists on one line as the formatter writes them. */
export function formatProjectFileJsonSchema(): string {
  const text = JSON.stringify(projectFileJsonSchema(), undefined, 2);
  const oneLine = (_: string, items: string): string => `[${items.replace(/\s*\n\s*/g, ' ')}]`;
  return `${text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, oneLine)}\n`;
}

/** What `counterweight.yaml` may hold at its places; worked out once for a whole reading, as it takes milliseconds. */
export class ProjectVocabulary {
  #root: JsonSchemaNode | undefined;

  /** The keys that the schema knows at a path; none where any key will do. */
  keysAt(path: readonly PropertyKey[]): readonly string[] {
    const keys = this.#at(path).flatMap((schema) => Object.keys(schema.properties ?? {}));
    return [...new Set(keys)];
  }

  /** The words that the schema takes as a value at a path, where it lists them. */
  valuesAt(path: readonly PropertyKey[]): readonly string[] {
    return this.#at(path).flatMap(({ enum: words = [], const: word }) =>
      [...words, word].filter((value): value is string => typeof value === 'string'),
    );
  }

  #at(path: readonly PropertyKey[]): readonly JsonSchemaNode[] {
    this.#root ??= jsonSchemaNode.parse(projectFileJsonSchema());
    return schemasAt(this.#root, path);
  }
}

/** The schemas that may hold at a path, alternatives included. */
function schemasAt(root: JsonSchemaNode, path: readonly PropertyKey[]): readonly JsonSchemaNode[] {
  const start = withAlternatives(root);
  return path.reduce<readonly JsonSchemaNode[]>(
    (schemas, key) =>
      schemas.flatMap(({ properties, additionalProperties, items }) => {
        const item = Array.isArray(items) ? items[Number(key)] : items;
        const next =
          typeof key === 'number' ? item : (properties?.[String(key)] ?? additionalProperties);
        return typeof next === 'object' ? withAlternatives(next) : [];
      }),
    start,
  );
}

function withAlternatives(schema: JsonSchemaNode): readonly JsonSchemaNode[] {
  const { anyOf = [], oneOf = [] } = schema;
  return [schema, ...[...anyOf, ...oneOf].flatMap(withAlternatives)];
}
