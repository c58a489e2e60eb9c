import { type InTurns, mapInTurns } from '../base/turns.ts';

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
    entries.push([key, Array.isArray(value) ? yield* mapInTurns(value, toWire) : toWire(value)]);
  }
  return Object.fromEntries(entries);
}

/**
 * The same as the text of a file, laid out as `JSON.stringify` does with an indent of two, which has no
 * turns.
 */
export function* wireFileInTurns(message: object): InTurns<string> {
  const entries: string[] = [];
  for (const [key, value] of Object.entries(message)) {
    if (value === undefined) continue;
    const text = Array.isArray(value)
      ? listText(yield* mapInTurns<unknown, string>(value, (item) => layOut(item, '    ')))
      : layOut(value, '  ');
    entries.push(`  ${JSON.stringify(key)}: ${text}`);
  }
  return `{\n${entries.join(',\n')}\n}\n`;
}

function listText(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${item}`).join(',\n')}\n  ]`;
}

/** No text in JSON holds a line break of its own. */
function layOut(value: unknown, indent: string): string {
  return JSON.stringify(toWire(value), null, 2).replaceAll('\n', `\n${indent}`);
}
