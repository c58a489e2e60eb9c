import { colon, equals, isDigit, space, tab } from './asciiBytes.ts';
import type { LinePoints } from './linePoints.ts';
import type { TextLine } from './textLine.ts';

/** How a family writes names and values. */
export interface NamedValueStyle {
  /** Whether `max mem: 3000` is one name: then names are apart by more than a blank. */
  readonly names: 'word' | 'words';
  /** Names whose numbers are no metrics: the step itself, the time that is left. */
  readonly without: ReadonlySet<string>;
}

/** What a byte means to a name. */
const meaning = { other: 0, sign: 1, blank: 2, name: 3, start: 4, bracket: 5 } as const;
const classes = byteClasses();

/**
 * Adds every `name: value` and `name=value` from `from` up to `to`. A name starts with a letter or
 * an underscore; a pair whose value is no number is passed over.
 */
export function addNamedValues(
  line: TextLine,
  from: number,
  to: number,
  style: NamedValueStyle,
  points: LinePoints,
): void {
  const { bytes } = line;
  let at = from;
  while (at < to) {
    const start = nameStart(bytes, at, to);
    at = nameEnd(line, start, to, style);
    if (at >= to || classes[bytes[at] ?? 0] !== meaning.sign) continue;
    const end = addValue(line, start, at, to, style, points);
    at = end < 0 ? textEnd(bytes, at, to) : end;
  }
}

/** The index of the next letter that a name begins with. */
function nameStart(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const kind = classes[bytes[at] ?? 0];
    if (kind === meaning.start) return at;
    at = kind === meaning.name ? textEnd(bytes, at, to) : at + 1;
  }
  return to;
}

/** The index behind something that is no name (a number, a time): none begins in it. */
function textEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const kind = classes[bytes[at] ?? 0];
    if (kind !== meaning.start && kind !== meaning.name && kind !== meaning.sign) return at;
    at += 1;
  }
  return to;
}

/** The index of what ends a name: its sign, or anything else. */
function nameEnd(line: TextLine, from: number, to: number, style: NamedValueStyle): number {
  const { bytes } = line;
  let at = from;
  while (at < to) {
    const kind = classes[bytes[at] ?? 0] ?? meaning.other;
    const isPart = kind === meaning.blank ? joinsWords(line, at, style) : kind >= meaning.name;
    if (!isPart) return at;
    at += 1;
  }
  return to;
}

/** A single blank before more of a name or before its colon belongs to the name. */
function joinsWords(line: TextLine, at: number, style: NamedValueStyle): boolean {
  const next = line.at(at + 1);
  if (next === equals || next === colon) return true;
  return style.names === 'words' && next !== space && next !== tab && line.bytes[at] === space;
}

/** The index behind the value, or -1 where there is none. */
function addValue(
  line: TextLine,
  nameFrom: number,
  signAt: number,
  to: number,
  style: NamedValueStyle,
  points: LinePoints,
): number {
  const end = line.readValue(line.skipBlanks(signAt + 1), to);
  if (end < 0) return -1;
  const nameTo = line.bytes[signAt - 1] === space ? signAt - 1 : signAt;
  const name = line.nameOf(nameFrom, nameTo);
  if (!style.without.has(name)) points.add(name, line.value);
  return end;
}

function byteClasses(): Uint8Array {
  const kinds = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) kinds[byte] = classOf(byte);
  return kinds;
}

function classOf(byte: number): number {
  const text = String.fromCharCode(byte);
  if (byte >= 0x80 || /[A-Za-z_]/.test(text)) return meaning.start;
  if (isDigit(byte) || /[./@#~$^*+<>&?!\\-]/.test(text)) return meaning.name;
  if (/[()[\]]/.test(text)) return meaning.bracket;
  if (byte === space || byte === tab) return meaning.blank;
  return byte === colon || byte === equals ? meaning.sign : meaning.other;
}
