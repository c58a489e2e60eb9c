import type { Readable } from 'node:stream';

import { LastLines } from '../../base/lastLines.ts';
import { quotedLines } from './launchFailure.ts';
import type { OutputFile } from './outputFile.ts';

/** More than the pipe and the stream hold of what a program has printed before its end. */
const pipeBytes = 2 * 2 ** 20;

/** Copies one stream of a program to its file until it ends, and keeps its last lines. */
export class OutputCapture {
  /** The last lines, once all is written; never rejects. */
  readonly lastLines: Promise<string>;
  readonly #stream: Readable | null;
  #bytes = 0;
  #writing = false;
  #seenQuietAt: number | undefined;
  #bytesAtEnd: number | undefined;

  constructor(stream: Readable | null, file: OutputFile) {
    this.#stream = stream;
    this.lastLines = this.#copy(file);
  }

  /**
   * Asked again and again after the program's end, a turn of the event loop apart at least: ends the
   * copying, once all that the program itself has printed is written, where a process that it left
   * holds the stream open. True once it is so.
   */
  settle(): boolean {
    this.#bytesAtEnd ??= this.#bytes;
    const isQuiet = !this.#writing && (this.#stream?.readableLength ?? 0) === 0;
    // Quiet for one look alone may mean that the pipe has not been looked into since.
    const isEmpty = isQuiet && this.#seenQuietAt === this.#bytes;
    this.#seenQuietAt = isQuiet ? this.#bytes : undefined;
    if (!isEmpty && this.#bytes - this.#bytesAtEnd < pipeBytes) return false;
    this.#stream?.destroy();
    return true;
  }

  async #copy(file: OutputFile): Promise<string> {
    const last = new LastLines(quotedLines);
    try {
      for await (const chunk of this.#stream ?? []) {
        this.#writing = true;
        last.add(chunk);
        await file.write(chunk);
        this.#bytes += chunk.length;
        this.#writing = false;
      }
    } catch {
      // The stream was cut off after the program's end; what it had is kept.
    }
    await file.close();
    return last.text();
  }
}
