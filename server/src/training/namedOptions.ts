import { z } from 'zod';

import { byName } from './byName.ts';

/** Something registered that a config may name, with the options that it may be given. */
export interface Configurable {
  readonly name: string;
  readonly description: string;
  /** Every option has a default. */
  readonly options: z.ZodObject;
}

/** What a config named, with its options as its own schema completed them. */
export interface NamedOptions {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A name, or a mapping of `name` and the options of what is named. It comes out with all of its
 * options; unknown names and options are refused by name.
 */
export function namedOptionsSchema(entries: readonly Configurable[]) {
  const [first, ...others] = entries.map(withName);
  const mapping = first
    ? z.discriminatedUnion('name', [first, ...others])
    : z.strictObject({ name: z.never() });
  return z
    .union([z.enum(entries.map(({ name }) => name)), mapping])
    .transform((value) => completeOptions(entries, value));
}

/** What is named, with its defaults where only a name is given. */
export function completeOptions(
  entries: readonly Configurable[],
  value: string | { readonly name: string },
): NamedOptions {
  const { name, ...options } = typeof value === 'string' ? { name: value } : value;
  return { name, options: byName(entries, name).options.parse(options) };
}

/** `smooth-l1 {"beta":1}`; the name alone where there are no options. */
export function describeNamed({ name, options }: NamedOptions): string {
  const given = JSON.stringify(options);
  return given === '{}' ? name : `${name} ${given}`;
}

function withName({ name, description, options }: Configurable) {
  return z.strictObject({ name: z.literal(name).describe(description), ...options.shape });
}
