import type { ConfigOption, OptionSchema } from './optionSchema.ts';

/** zod writes these as the bounds of every whole number. */
const unbounded = Number.MAX_SAFE_INTEGER;
/** Longer lists are not read. */
const mostWords = 8;

/** `a whole number, at least 1, or null`; '' where anything goes. */
export function describeAllowed({ alternatives }: Pick<ConfigOption, 'alternatives'>): string {
  const words = alternatives.flatMap(listedValues);
  const kinds = alternatives
    .filter((schema) => listedValues(schema).length === 0 && schema.type !== 'null')
    .map(kindInWords)
    .filter((kind) => kind !== '');
  const listed = words.length > 1 ? `one of ${listOf(words)}` : words.join('');
  const nothing = alternatives.some(({ type }) => type === 'null') ? ['null'] : [];
  return [...(listed === '' ? [] : [listed]), ...new Set(kinds), ...nothing].join(', or ');
}

/** The words, or of a long list its length: completion shows them all. */
function listOf(words: readonly string[]): string {
  return words.length > mostWords ? `${words.length} names` : words.join(', ');
}

/** A value as it is read aloud: texts without quotes where nothing is lost by it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w-]+$/.test(value)) return value;
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`;
  return JSON.stringify(value) ?? 'nothing';
}

function listedValues({ enum: values, const: value }: OptionSchema): readonly string[] {
  return [...(values ?? []), ...(value === undefined ? [] : [value])].map(describeValue);
}

function kindInWords(schema: OptionSchema): string {
  const { type } = schema;
  if (type === 'integer') return `a whole number${bounds(schema)}`;
  if (type === 'number') return `a number${bounds(schema)}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return 'a text';
  if (type === 'object') return 'a mapping';
  return type === 'array' ? listInWords(schema) : '';
}

function listInWords({ items, prefixItems, minItems }: OptionSchema): string {
  const [item] = prefixItems ?? (typeof items === 'object' ? [items] : []);
  const kind = item ? ` of ${plural(kindInWords(item))}` : '';
  const count = prefixItems ? ` of ${prefixItems.length}` : '';
  const least = !prefixItems && minItems ? `, ${minItems} or more of them` : '';
  return prefixItems ? `a list${count}${kind.replace(' of', ':')}` : `a list${kind}${least}`;
}

function plural(kind: string): string {
  return kind.replace(/^a ((?:whole )?number|text|mapping|list)/, '$1s');
}

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: OptionSchema): string {
  const low = minimum === undefined || minimum <= -unbounded ? '' : `, at least ${minimum}`;
  const high = maximum === undefined || maximum >= unbounded ? '' : `, at most ${maximum}`;
  const above = exclusiveMinimum === undefined ? '' : `, greater than ${exclusiveMinimum}`;
  const below = exclusiveMaximum === undefined ? '' : `, less than ${exclusiveMaximum}`;
  return `${low}${above}${high}${below}`;
}
