/** What came of asking the server: its answer, or in words why there is none. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

/** The part of a zod schema that the border needs, so that the extension needs no zod of its own. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly message: string } };
}

/** Parses what arrived under a name; the problem names it, so that the log says who sent nonsense. */
export function parseArrival<T>(name: string, schema: Schema<T>, value: unknown): Answer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problem: `${name} does not have the agreed form: ${parsed.error.message}` };
}

/** Takes any answer, where only its coming matters. */
export const anythingSchema: Schema<unknown> = {
  safeParse: (value) => ({ success: true, data: value }),
};
