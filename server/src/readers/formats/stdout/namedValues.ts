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
const meaning = { other: 0, name: 1, start: 2, bracket: 3, blank: 4, sign: 5 } as const;
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
  let at = from;
  while (at < to) at = addNext(line, at, to, style, points);
}

/** Adds the next pair; the index behind it, or the end where there is none. */
function addNext(
  line: TextLine,
  from: number,
  to: number,
  style: NamedValueStyle,
  points: LinePoints,
): number {
  let start = noName;
  for (let at = from; at < to; at += 1) {
    const kind = classes[line.bytes[at] ?? 0] ?? meaning.other;
    if (kind === meaning.sign && start >= 0) {
      const end = addValue(line, start, at, to, style, points);
      if (end >= 0) return end;
      start = inText;
    } else {
      start = nextStart(line, kind, start, at, style);
    }
  }
  return to;
}

/** No name has begun, and one may begin at the next letter. */
const noName = -1;
/** Inside something that is no name (a number, a time): none begins before the next separator. */
const inText = -2;

function nextStart(
  line: TextLine,
  kind: number,
  start: number,
  at: number,
  style: NamedValueStyle,
): number {
  switch (kind) {
    case meaning.start:
      return start === noName ? at : start;
    case meaning.name:
      return start === noName ? inText : start;
    case meaning.bracket:
      return start >= 0 ? start : noName;
    case meaning.blank:
      return start >= 0 && joinsWords(line, at, style) ? start : noName;
    case meaning.sign:
      return start;
    default:
      return noName;
  }
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
