/** A JSON object as it came out of a log line. */
export type LogRecord = Readonly<Record<string, unknown>>;

export function isLogRecord(value: unknown): value is LogRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The number that a value of a log stands for: a number, or one of the words that JSON has no
 * number for; undefined for everything else (text, booleans, lists, null).
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  return undefined;
}

/**
 * Parses one line of a log as a JSON object. Python's json module writes NaN, Infinity and
 * -Infinity bare, which JSON does not allow: they are read as the words in quotes. Undefined for
 * anything that is not an object.
 */
export function parseLogLine(line: string): LogRecord | undefined {
  const parsed = parseLogValue(line);
  return isLogRecord(parsed) ? parsed : undefined;
}

/** Parses JSON with the bare words of Python in it; undefined for what is not JSON. */
export function parseLogValue(text: string): unknown {
  return parse(text) ?? (hasBareNumbers(text) ? parse(quoteBareNumbers(text)) : undefined);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasBareNumbers(text: string): boolean {
  return text.includes('NaN') || text.includes('Infinity');
}

/** Puts quotes around the bare words, but not inside strings, where they are part of a text. */
function quoteBareNumbers(text: string): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const outside = open < 0 ? text.slice(at) : text.slice(at, open);
    result += outside.replace(/-?\bInfinity\b|\bNaN\b/g, '"$&"');
    if (open < 0) break;
    const close = stringEnd(text, open + 1);
    result += text.slice(open, close);
    at = close;
  }
  return result;
}

/** The index behind the quote that ends the string whose contents start at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}
