import { escapeByte } from './asciiBytes.ts';

const bell = 0x07;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The text without its ANSI escapes (colours, movements of the cursor, titles of windows), as
 * bytes of its own.
 */
export function withoutEscapes(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const plain = new Uint8Array(to - from);
  let length = 0;
  let at = from;
  while (at < to) {
    if (bytes[at] === escapeByte) {
      at = escapeEnd(bytes, at, to);
    } else {
      plain[length] = bytes[at] ?? 0;
      length += 1;
      at += 1;
    }
  }
  return plain.subarray(0, length);
}

/** The index behind the escape that begins here; the end where it is cut. */
function escapeEnd(bytes: Uint8Array, from: number, to: number): number {
  const kind = bytes[from + 1];
  if (kind === openBracket) return Math.min(parametersEnd(bytes, from + 2, to) + 1, to);
  if (kind === closeBracket) return titleEnd(bytes, from + 2, to);
  return Math.min(from + 2, to);
}

function parametersEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isParameter(bytes[at] ?? 0)) at += 1;
  return at;
}

/** A title ends with a bell or with `ESC \\`. */
function titleEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    if (bytes[at] === bell) return at + 1;
    if (bytes[at] === escapeByte && bytes[at + 1] === backslash) return Math.min(at + 2, to);
  }
  return to;
}

/** What stands between `ESC [` and the letter that ends the sequence. */
function isParameter(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x3f;
}
