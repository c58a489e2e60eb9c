import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { RunRecord } from '../model/run.ts';
import type { WorkspaceFiles } from './files.ts';
import { writeRunRecord } from './runFolder.ts';

interface RunRecordWriterOptions {
  readonly files: WorkspaceFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long after a failure it is tried again: a disk that was full may have room by then. */
const againMs = 2000;

/** Writes `run.json` of runs: those of one run one after the other, so that none overtakes a newer. */
export class RunRecordWriter implements Disposable {
  readonly #options: RunRecordWriterOptions;
  readonly #writing = new Map<string, Promise<boolean>>();
  /** The latest of each folder that could not be written. */
  readonly #unwritten = new Map<string, RunRecord>();
  #timer: Disposable | undefined;

  constructor(options: RunRecordWriterOptions) {
    this.#options = options;
  }

  /** The first record of a run or of its resumption: false where it could not be written. */
  create(folder: string, record: RunRecord): Promise<boolean> {
    return this.#queue(folder, () => this.#write(folder, record));
  }

  /**
   * What has become of a run. Where it cannot be written the run goes on and the log says so; it is
   * tried again until it succeeds, or there is a newer one. False after the first failure.
   */
  save(folder: string, record: RunRecord): Promise<boolean> {
    return this.#queue(folder, () => this.#saveOrKeep(folder, record));
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#unwritten.clear();
  }

  #queue(folder: string, write: () => Promise<boolean>): Promise<boolean> {
    const writing = (this.#writing.get(folder) ?? Promise.resolve(true)).then(write);
    this.#writing.set(folder, writing);
    void writing.then(() => {
      if (this.#writing.get(folder) === writing) this.#writing.delete(folder);
    });
    return writing;
  }

  async #saveOrKeep(folder: string, record: RunRecord): Promise<boolean> {
    const written = await this.#write(folder, record);
    if (!written) this.#unwritten.set(folder, record);
    if (this.#unwritten.size > 0) this.#tryAgainLater();
    return written;
  }

  #tryAgainLater(): void {
    this.#timer ??= this.#options.clock.after(againMs, () => {
      this.#timer = undefined;
      for (const [folder, record] of this.#unwritten) {
        // A newer one may be under way by then.
        const isLatest = () => this.#unwritten.get(folder) === record;
        void this.#queue(folder, async () => !isLatest() || this.#saveOrKeep(folder, record));
      }
    });
  }

  async #write(folder: string, record: RunRecord): Promise<boolean> {
    const { files, logger } = this.#options;
    try {
      await writeRunRecord(files, folder, record);
      this.#unwritten.delete(folder);
      return true;
    } catch (error) {
      // Once for each run: what is tried again every two seconds would fill the log.
      if (!this.#unwritten.has(folder)) {
        logger.error(`run.json of ${folder} could not be written: ${error}`);
      }
      return false;
    }
  }
}
