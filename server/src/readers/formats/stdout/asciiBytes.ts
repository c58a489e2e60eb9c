/** The bytes that the lines of logs are cut at. */
export const tab = 0x09;
export const newline = 0x0a;
export const carriageReturn = 0x0d;
export const escapeByte = 0x1b;
export const space = 0x20;
export const percent = 0x25;
export const openParenthesis = 0x28;
export const closeParenthesis = 0x29;
export const comma = 0x2c;
export const dash = 0x2d;
export const dot = 0x2e;
export const slash = 0x2f;
export const colon = 0x3a;
export const equals = 0x3d;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const bar = 0x7c;

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isLetter(byte: number): boolean {
  // The case bit makes the two ranges one.
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isBlank(byte: number): boolean {
  return byte === space || byte === tab;
}
