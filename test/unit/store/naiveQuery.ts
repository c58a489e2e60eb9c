/** Points as plain arrays, with the first indices of their sessions. */
export interface PlainPoints {
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly sessions: readonly number[];
}

/** What `querySeries` has to give, found by looking at every point. */
export function naiveQuery(
  { steps, values, sessions }: PlainPoints,
  { from, to, pixels }: { readonly from: number; readonly to: number; readonly pixels: number },
): { readonly steps: number[]; readonly values: number[]; readonly reduced: boolean } {
  const positionOf = (index: number): number => {
    const step = steps[index] ?? Number.NaN;
    return Number.isNaN(step) ? index : step;
  };
  const points = steps.map((_, index) => ({
    index,
    position: positionOf(index),
    value: values[index] ?? Number.NaN,
    session: sessions.filter((first) => first <= index).length,
    isSuperseded: sessions.some((first) => first > index && positionOf(first) <= positionOf(index)),
  }));
  const inside = points.filter(({ position }) => position >= from && position <= to);
  const reduced = inside.length > 2 * pixels;
  const kept = reduced ? reduce(inside, pixels) : inside;
  return {
    steps: kept.map(({ position }) => position),
    values: kept.map(({ value }) => value),
    reduced,
  };
}

interface Point {
  readonly index: number;
  readonly position: number;
  readonly value: number;
  readonly session: number;
  /** Whether a later session begins at or before it. */
  readonly isSuperseded: boolean;
}

function reduce(points: readonly Point[], pixels: number): readonly Point[] {
  const lowest = Math.min(...points.map(({ position }) => position));
  const highest = Math.max(...points.map(({ position }) => position));
  const scale = highest > lowest ? pixels / (highest - lowest) : 0;
  const columns: Point[][] = [];
  let before = '';
  for (const point of points) {
    const column = Math.min(pixels - 1, Math.floor((point.position - lowest) * scale));
    const key = `${point.session} ${column} ${point.isSuperseded}`;
    if (key !== before) columns.push([]);
    before = key;
    columns.at(-1)?.push(point);
  }
  return columns.flatMap((column) => {
    const numbers = column.filter(({ value }) => !Number.isNaN(value));
    const low = Math.min(...numbers.map(({ value }) => value));
    const high = Math.max(...numbers.map(({ value }) => value));
    const kept = new Set([
      numbers.find(({ value }) => value === low),
      numbers.find(({ value }) => value === high),
      column.find(({ value }) => Number.isNaN(value)),
    ]);
    return column.filter((point) => kept.has(point));
  });
}
