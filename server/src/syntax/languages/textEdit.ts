/** One stretch of a text that another took the place of. */
export interface TextEdit {
  readonly start: number;
  /** Where the stretch ended before, and where what is there now ends. */
  readonly oldEnd: number;
  readonly newEnd: number;
}

const piece = 1024;

/** The smallest stretch in which two texts differ. */
export function textEdit(before: string, after: string): TextEdit {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  // Whole pieces are compared much faster than characters.
  while (
    start + piece <= shortest &&
    before.slice(start, start + piece) === after.slice(start, start + piece)
  ) {
    start += piece;
  }
  while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let oldEnd = before.length;
  let newEnd = after.length;
  while (
    oldEnd - piece > start &&
    newEnd - piece > start &&
    before.slice(oldEnd - piece, oldEnd) === after.slice(newEnd - piece, newEnd)
  ) {
    oldEnd -= piece;
    newEnd -= piece;
  }
  while (
    oldEnd > start &&
    newEnd > start &&
    before.charCodeAt(oldEnd - 1) === after.charCodeAt(newEnd - 1)
  ) {
    oldEnd -= 1;
    newEnd -= 1;
  }
  return { start, oldEnd, newEnd };
}
