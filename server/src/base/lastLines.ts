import { StringDecoder } from 'node:string_decoder';

/** Characters kept of one line: more does not fit into a notification. */
const lineLimit = 500;

/**
 * The last lines of a stream of UTF-8 text, in bounded memory. A carriage return starts its line
 * anew, as on a terminal, so that a progress bar counts as one line.
 */
export class LastLines {
  readonly #limit: number;
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  #open = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    const parts = (this.#open + this.#decoder.write(chunk)).split('\n');
    this.#open = forgetOverwritten(parts.pop() ?? '');
    for (const part of parts) this.#push(part);
  }

  /** The lines so far, oldest first; blank ones are left out. */
  text(): string {
    const open = visible(this.#open);
    const lines = open === '' ? this.#lines : [...this.#lines, open];
    return lines.slice(-this.#limit).join('\n');
  }

  #push(line: string): void {
    const shown = visible(line);
    if (shown === '') return;
    this.#lines.push(shown);
    if (this.#lines.length > this.#limit) this.#lines.shift();
  }
}

/** What a terminal shows of a finished line, cut to its limit. */
function visible(line: string): string {
  const shown = forgetOverwritten(line).trimEnd();
  return shown.length > lineLimit ? `…${shown.slice(-lineLimit)}` : shown;
}

/** A return at the very end overwrites nothing yet: it may belong to a line end of Windows. */
function forgetOverwritten(line: string): string {
  const start = line.lastIndexOf('\r', line.length - 2) + 1;
  return line.slice(Math.max(start, line.length - 2 * lineLimit));
}
