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
