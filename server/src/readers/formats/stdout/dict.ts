import { colon, comma, isBlank } from './asciiBytes.ts';
import type { LineFamily } from './family.ts';
import type { LinePoints } from './linePoints.ts';
import { isMeasure } from './metricWords.ts';
import type { TextLine } from './textLine.ts';

/**
 * A dictionary of figures at the end of a line, as Python prints it or as JSON: what the Trainer of
 * Hugging Face and many scripts print. Settings are printed the same way: a line counts only where
 * one of its numbers is a quality of a model, and where most of it are numbers; with texts or lists
 * among them also only where it counts steps or epochs.
 */
export const dict: LineFamily = {
  kind: 'line',
  name: 'dict',
  isLastResort: true,
  place: 'anywhere',
  marks: ["{'", '{"'],
  description:
    "Dictionaries of Hugging Face's Trainer and others: {'loss': 2.31, 'learning_rate': 5e-05, 'epoch': 0.5}",
  read,
};

/** Keys that count the steps, in the order of preference; an epoch is a metric beside them. */
const stepKeys = [
  'global_step',
  'step',
  '_step',
  'iteration',
  'iter',
  'current_steps',
  'num_updates',
];
const numberWords: readonly (readonly [word: string, value: number])[] = [
  ['nan', Number.NaN],
  ['NaN', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];
const otherWords = ['None', 'True', 'False', 'null', 'true', 'false'];
/** `np.float64(0.5)` and `tensor(0.5, device='cuda:0')`. */
const calls = ['np.float64(', 'np.float32(', 'np.float16(', 'tensor(', 'np.int64('];
const maximumDepth = 4;
/** Nothing is nested under a longer name: every number would repeat it. */
const longestPrefix = 1024;

const singleQuote = 0x27;
const doubleQuote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function read(line: TextLine, markAt: number, points: LinePoints): boolean {
  const reader = new DictReader(line, points);
  const end = reader.readObject(markAt, '', 0);
  if (end !== line.to || points.count === 0 || reader.otherCount > points.count) return false;
  const key = stepKeys.find((name) => Number.isFinite(points.find(name) ?? Number.NaN));
  const isCounted = key !== undefined || points.find('epoch') !== undefined;
  if (reader.otherCount > 0 && !isCounted) return false;
  if (key !== undefined) points.step = points.take(key) ?? Number.NaN;
  return hasMeasure(points);
}

function hasMeasure(points: LinePoints): boolean {
  for (let at = 0; at < points.count; at += 1) if (isMeasure(points.nameAt(at))) return true;
  return false;
}

/** Reads the values of one dictionary. Every method returns the index behind it, or -1. */
class DictReader {
  /** Texts and lists. */
  otherCount = 0;
  readonly #line: TextLine;
  readonly #points: LinePoints;

  constructor(line: TextLine, points: LinePoints) {
    this.#line = line;
    this.#points = points;
  }

  readObject(open: number, prefix: string, depth: number): number {
    const line = this.#line;
    let at = line.skipBlanks(open + 1);
    if (line.at(at) === closeBrace) return at + 1;
    for (;;) {
      const end = line.skipBlanks(this.#readMember(at, prefix, depth));
      if (line.at(end) === closeBrace) return end + 1;
      if (line.at(end) !== comma) return -1;
      at = line.skipBlanks(end + 1);
    }
  }

  #readMember(at: number, prefix: string, depth: number): number {
    const line = this.#line;
    const keyEnd = textEnd(line, at);
    if (keyEnd < 0 || line.at(line.skipBlanks(keyEnd)) !== colon) return -1;
    const name = line.nameOf(at + 1, keyEnd - 1);
    const valueFrom = line.skipBlanks(line.skipBlanks(keyEnd) + 1);
    if (line.at(valueFrom) !== openBrace) return this.#readValue(valueFrom, prefix + name);
    const longer = `${prefix}${name}.`;
    const isNear = depth < maximumDepth && longer.length <= longestPrefix;
    return isNear ? this.readObject(valueFrom, longer, depth + 1) : -1;
  }

  #readValue(at: number, name: string): number {
    const line = this.#line;
    const end = this.#readNumber(at, name);
    if (end >= 0) return end;
    const call = calls.find((text) => line.has(text, at));
    if (call !== undefined) {
      const numberEnd = this.#readNumber(at + call.length, name);
      return numberEnd < 0 ? -1 : nestEnd(line, at + call.length - 1);
    }
    return this.#readOther(at, name);
  }

  #readNumber(at: number, name: string): number {
    const line = this.#line;
    const end = line.readNumber(at);
    if (end >= 0) return isValueEnd(line, end) ? this.#add(name, line.value, end) : -1;
    const word = numberWords.find(([text]) => hasWord(line, text, at));
    return word ? this.#add(name, word[1], at + word[0].length) : -1;
  }

  /** Newer versions of the Trainer put rounded numbers in quotes. */
  #readOther(at: number, name: string): number {
    const line = this.#line;
    const word = otherWords.find((text) => hasWord(line, text, at));
    if (word !== undefined) return at + word.length;
    const end = textEnd(line, at);
    if (end >= 0 && this.#readNumber(at + 1, name) === end - 1) return end;
    this.otherCount += 1;
    return end < 0 ? nestEnd(line, at) : end;
  }

  #add(name: string, value: number, end: number): number {
    this.#points.add(name, value);
    return end;
  }
}

function hasWord(line: TextLine, word: string, at: number): boolean {
  return line.has(word, at) && isValueEnd(line, at + word.length);
}

function isValueEnd(line: TextLine, at: number): boolean {
  const byte = line.at(at);
  return isBlank(byte) || ',})\'"'.includes(String.fromCharCode(byte));
}

/** The index behind a text in quotes that begins here, or -1. */
function textEnd(line: TextLine, start: number): number {
  const quote = line.at(start);
  if (quote !== singleQuote && quote !== doubleQuote) return -1;
  for (let at = start + 1; at < line.to; at += 1) {
    const byte = line.at(at);
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  return -1;
}

/** The index behind the list, the tuple or the call whose bracket opens here, or -1. */
function nestEnd(line: TextLine, start: number): number {
  let depth = depthChange(line.at(start));
  let at = start + 1;
  while (depth > 0 && at < line.to) {
    const text = textEnd(line, at);
    depth += text < 0 ? depthChange(line.at(at)) : 0;
    at = text < 0 ? at + 1 : text;
  }
  return depth === 0 && at > start + 1 ? at : -1;
}

function depthChange(byte: number): number {
  const bracket = String.fromCharCode(byte);
  if ('([{'.includes(bracket)) return 1;
  return ')]}'.includes(bracket) ? -1 : 0;
}
