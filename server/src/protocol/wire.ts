import type { InTurns } from '../base/turns.ts';

/**
 * A copy of a message that survives JSON: NaN and the infinities become the strings that
 * `jsonNumberSchema` reads back. Used on every way on which numbers of a run travel.
 */
export function toWire(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toWire(item)]));
}

/** The same of a large message, such as the report of a thousand variants: a turn for each entry of its lists. */
export function* toWireInTurns(message: object): InTurns<unknown> {
  const entries: (readonly [string, unknown])[] = [];
  for (const [key, value] of Object.entries(message)) {
    entries.push([key, Array.isArray(value) ? yield* listToWire(value) : toWire(value)]);
  }
  return Object.fromEntries(entries);
}

function* listToWire(list: readonly unknown[]): InTurns<unknown> {
  const copy: unknown[] = [];
  for (const item of list) {
    copy.push(toWire(item));
    yield;
  }
  return copy;
}
