import { CancellationSource, CancelledError } from '../base/cancellation.ts';
import { type ConfigFile, readConfigFile } from './configFile.ts';
import { parseInTurns } from './parseInTurns.ts';

/** Shorter texts, in characters, are read before anybody notices. */
const short = 50_000;

/**
 * Reads files that are opened. A long program, which most often is no config at all, is read so that
 * the server goes on answering; later versions of it are quick, as only what was edited is read.
 */
export class FirstReading {
  readonly #running = new Map<string, CancellationSource>();

  /** A promise for a long text; of undefined where it was closed, or read anew, meanwhile. */
  read(uri: string, path: string, text: string): ConfigFile | Promise<ConfigFile | undefined> {
    this.cancel(uri);
    return text.length <= short
      ? readConfigFile(uri, path, text, undefined)
      : this.#readLong(uri, path, text);
  }

  cancel(uri: string): void {
    this.#running.get(uri)?.cancel();
    this.#running.delete(uri);
  }

  async #readLong(uri: string, path: string, text: string): Promise<ConfigFile | undefined> {
    const source = new CancellationSource();
    this.#running.set(uri, source);
    try {
      const document = await parseInTurns(path, text, source.token);
      return readConfigFile(uri, path, text, undefined, document);
    } catch (error) {
      if (error instanceof CancelledError) return undefined;
      throw error;
    } finally {
      if (this.#running.get(uri) === source) this.#running.delete(uri);
    }
  }
}
