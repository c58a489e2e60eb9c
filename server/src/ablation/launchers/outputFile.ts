import { type FileHandle, open, rename } from 'node:fs/promises';

/**
 * What a program prints, kept in a file of bounded size: when the file reaches half of the limit
 * it becomes `<path>.1`, in place of an older one, and a new file begins. So the newest output is
 * always kept. Writing never fails the run: after an error, which is told, nothing more is written.
 */
export class OutputFile {
  readonly #path: string;
  readonly #limit: number;
  readonly #onFailure: (error: unknown) => void;
  #handle: FileHandle | undefined;
  #size = 0;
  #failed = false;

  /** `limit` in bytes, for the file and its predecessor together. */
  constructor(path: string, limit: number, onFailure: (error: unknown) => void) {
    this.#path = path;
    this.#limit = limit;
    this.#onFailure = onFailure;
  }

  /** Resolves when the bytes are handed to the system. Not to be called again before that. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#failed) return;
    try {
      const handle = await this.#ready(chunk.length);
      // A disk that is nearly full takes a part of it; all of it or an error is what is wanted.
      await handle.appendFile(chunk);
      this.#size += chunk.length;
    } catch (error) {
      this.#failed = true;
      this.#onFailure(error);
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  async #ready(more: number): Promise<FileHandle> {
    const rotates = this.#size > 0 && this.#size + more > this.#limit / 2;
    if (this.#handle && !rotates) return this.#handle;
    if (rotates) {
      await this.close();
      await rename(this.#path, `${this.#path}.1`);
    }
    const handle = await open(this.#path, 'w');
    this.#handle = handle;
    this.#size = 0;
    if (rotates) await this.#writeNote(handle);
    return handle;
  }

  async #writeNote(handle: FileHandle): Promise<void> {
    const note = Buffer.from('[Counterweight: what came before is in the file that ends in .1]\n');
    await handle.write(note);
    this.#size = note.length;
  }
}
