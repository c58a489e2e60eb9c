import { colon, equals, isBlank, isDigit, isLetter, openBracket, space } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { counterKind, type LoopCounter, readCounter } from './loopCounter.ts';
import { isMeasure, isPlainName, modeOf } from './metricWords.ts';
import type { TextLine } from './textLine.ts';

/**
 * What loops written by hand print: a counter of epochs or steps at the start of the message, then
 * names and numbers, of which one is a quality of a model; prose is none. Where the line tells the
 * length of an epoch, the step counts on over epochs: from `[0]` and `[Epoch 0/200]` these are
 * counted from zero, else from one. Figures of validation and test in such a line get the `val/` and
 * `test/` that tell them from those of training.
 */
export const loop: LineFamily = {
  kind: 'line',
  name: 'loop',
  isLastResort: true,
  place: 'anywhere',
  marks: ['poch', 'POCH', 'tep', 'TEP', 'iter', 'Iter', 'ITER'],
  description:
    'Loops written by hand: Epoch [3/100], Step [200/500], Loss: 0.12; epoch 3 | train loss 0.1 | val loss 0.2; step=100 loss=0.5',
  read,
};

/** Nobody prints longer ones. */
const maximumLineBytes = 4096;
/** So many words may stand in the line that belong to no number. */
const maximumProse = 2;
/** Longer names in front of a sign are sentences, unless every word is one of a metric. */
const maximumWords = 2;
const underscore = 0x5f;
/** What a head (a date, a logger's name) ends with. */
const headEnds = ']:)|>-=';
const headMarks = `${headEnds} \t[({<`;
const nameMarks = '_/@.%+-&^';
const stops = ',;|[](){}';

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  if (line.to - line.from > maximumLineBytes) return false;
  let from = markAt;
  while (isWordByte(line.at(from - 1)) && from > line.from) from -= 1;
  const head = readHead(line, from);
  return head !== undefined && new LoopLine(line, points, head).read(from);
}

/** The prefix by the mode that the text before the first counter names; undefined for prose. */
function readHead(line: TextLine, from: number): string | undefined {
  const to = headEnd(line, from);
  if (to === line.from || isDigit(line.at(to - 1))) return '';
  let start = to;
  while (start > line.from && isLetter(line.at(start - 1))) start -= 1;
  const word = start === to ? '' : line.nameOf(start, to);
  const mode = modeOf(word);
  if (mode !== undefined || word === 'INFO') return prefixOf(mode);
  for (let at = to; at < from; at += 1) if (isOneOf(headEnds, line.at(at))) return '';
  return undefined;
}

/** Where the last word before the first counter ends. */
function headEnd(line: TextLine, from: number): number {
  let at = from;
  while (at > line.from && isOneOf(headMarks, line.at(at - 1))) at -= 1;
  return at;
}

function prefixOf(mode: string | undefined): string {
  return mode === undefined || mode === 'train' ? '' : `${mode}/`;
}

/** Reads one line. Its methods return the index behind what they took. */
class LoopLine {
  readonly #line: TextLine;
  readonly #points: LinePoints;
  #prefix: string;
  #epoch: LoopCounter | undefined;
  #epochName = '';
  #isEpochEnclosed = false;
  #inner: LoopCounter | undefined;
  #isInnerGlobal = false;
  #prose = 0;
  #hasMeasure = false;

  constructor(line: TextLine, points: LinePoints, prefix: string) {
    this.#line = line;
    this.#points = points;
    this.#prefix = prefix;
  }

  read(from: number): boolean {
    const { to } = this.#line;
    let at = from;
    while (at < to && this.#prose <= maximumProse) {
      at = isLetter(this.#line.at(at)) ? this.#readItem(at) : this.#passOther(at);
      if (this.#epoch === undefined && this.#inner === undefined) return false;
    }
    return this.#prose <= maximumProse && this.#hasMeasure && this.#setStep();
  }

  #readItem(from: number): number {
    const line = this.#line;
    const to = nameEnd(line, from);
    const next = line.skipBlanks(to);
    const isSigned = line.at(next) === colon || line.at(next) === equals;
    const name = line.nameOf(from, to);
    const valueFrom = isSigned ? line.skipBlanks(next + 1) : next;
    const end = this.#readCounter(name, from, valueFrom);
    if (end >= 0) return end;
    const valueEnd = line.readValue(valueFrom);
    if (valueEnd >= 0 && mayName(name, isSigned)) return this.#add(name, line.value, valueEnd);
    // A sign without a number behind it (a path, a duration) is no prose.
    this.#passWords(name, isSigned && valueEnd < 0);
    return isSigned ? next + 1 : to;
  }

  /** The end of the counter of this name, or -1 where it is none. */
  #readCounter(name: string, from: number, valueFrom: number): number {
    const kind = counterKind(name);
    const counter = kind === undefined ? undefined : readCounter(this.#line, valueFrom);
    if (!counter || (kind === 'batch' && Number.isNaN(counter.total))) return -1;
    if (kind === 'epoch') {
      this.#epoch ??= counter;
      this.#epochName = name;
      this.#isEpochEnclosed = this.#line.at(from - 1) === openBracket;
    } else if (this.#inner === undefined || kind === 'global') {
      this.#inner = counter;
      this.#isInnerGlobal = kind === 'global';
    }
    return counter.end;
  }

  /** `Train:` or `| Val |` opens a section; other words are prose, unless they are a label. */
  #passWords(name: string, isLabel: boolean): void {
    const mode = modeOf(name);
    if (mode !== undefined) this.#prefix = prefixOf(mode);
    else if (!isLabel) this.#prose += name.split(' ').length;
  }

  /** Passes marks, and numbers without names; `[640/60000` behind an epoch counts within it. */
  #passOther(from: number): number {
    const line = this.#line;
    const isNumber = isDigit(line.at(from));
    if (this.#epoch && !this.#inner && (isNumber || line.at(from) === openBracket)) {
      const counter = readCounter(line, from);
      if (counter && !Number.isNaN(counter.total)) this.#inner = counter;
      if (counter) return counter.end;
    }
    let at = from + 1;
    while (isNumber && at < line.to && !isStop(line.at(at))) at += 1;
    return at;
  }

  #add(name: string, value: number, end: number): number {
    const whole = this.#prefix === '' ? name : this.#prefix + name;
    if (this.#points.find(whole) === undefined) this.#points.add(whole, value);
    this.#hasMeasure ||= isMeasure(name);
    return end;
  }

  #setStep(): boolean {
    const [epoch, inner] = [this.#epoch, this.#inner];
    this.#points.step = inner?.count ?? epoch?.count ?? Number.NaN;
    if (!epoch || !inner) return true;
    if (Number.isNaN(inner.total) || this.#isInnerGlobal) {
      this.#points.add(this.#epochName, epoch.count);
      return true;
    }
    const isFromZero = this.#isEpochEnclosed || epoch.isBareBracket;
    const whole = Math.max(0, epoch.count - (isFromZero ? 0 : 1));
    this.#points.step = whole * inner.total + inner.count;
    return true;
  }
}

/** The end of the words that begin here, each a single blank from the next. */
function nameEnd(line: TextLine, from: number): number {
  let at = from;
  while (at < line.to) {
    while (isNameByte(line.at(at))) at += 1;
    const isSentence = line.at(at - 1) === 0x2e && modeOf(line.nameOf(from, at - 1)) === undefined;
    if (isSentence || line.at(at) !== space || !isLetter(line.at(at + 1))) return at;
    const before = line.nameOf(from, at);
    // `Epoch 3 loss 0.5`, `Train loss 0.5 acc 0.9`: a word before a number ends its name.
    if (counterKind(before) !== undefined) return at;
    at += 1;
  }
  return at;
}

function mayName(name: string, isSigned: boolean): boolean {
  if (/^eta$/i.test(name)) return false;
  if (isSigned && name.split(' ').length <= maximumWords) return true;
  return isPlainName(name);
}

function isWordByte(byte: number): boolean {
  return isLetter(byte) || byte === underscore;
}

function isNameByte(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || isOneOf(nameMarks, byte);
}

function isStop(byte: number): boolean {
  return isBlank(byte) || isOneOf(stops, byte);
}

function isOneOf(marks: string, byte: number): boolean {
  return marks.includes(String.fromCharCode(byte));
}
