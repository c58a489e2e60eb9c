/** A half-open range of UTF-16 offsets into a text: `start` is inside, `end` is not. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A replacement of one range of a text. */
export interface TextChange {
  readonly range: TextRange;
  readonly newText: string;
}

/** Applies changes that do not overlap, whatever order they come in. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  const sorted = [...changes].sort((a, b) => b.range.start - a.range.start);
  return sorted.reduce(
    (result, { range, newText }) =>
      result.slice(0, range.start) + newText + result.slice(range.end),
    text,
  );
}

/** The same range, so many characters further on. */
export function shiftRange({ start, end }: TextRange, by: number): TextRange {
  return { start: start + by, end: end + by };
}
