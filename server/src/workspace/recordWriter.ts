import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { AblationRecord } from '../model/ablation.ts';
import type { WorkspaceFiles } from './files.ts';
import { writeAblationRecord } from './runFolder.ts';

interface RecordWriterOptions {
  readonly files: WorkspaceFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A record of a thousand runs takes ten milliseconds to write; so many of them may end at once. */
const soonMs = 500;

/**
 * Writes `ablation.json`: one write at a time, and of several that wait only the newest, so that
 * the cost does not grow with the runs that end meanwhile.
 */
export class RecordWriter implements Disposable {
  readonly #options: RecordWriterOptions;
  readonly #folder: string;
  #next: AblationRecord | undefined;
  #writing: Promise<boolean> | undefined;
  #failed = false;
  #timer: Disposable | undefined;

  constructor(options: RecordWriterOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  /** For states of runs, which their own records tell as well: they are believed first. */
  soon(record: AblationRecord): void {
    this.#next = record;
    this.#timer ??= this.#options.clock.after(soonMs, () => {
      void this.#drain();
    });
  }

  /** True when this record, or a newer one, is on the disk; else the log says why it is not. */
  now(record: AblationRecord): Promise<boolean> {
    this.#next = record;
    return this.#drain();
  }

  /** What was to be written soon is not: the process that is next finds it in the runs. */
  dispose(): void {
    this.#timer?.dispose();
  }

  #drain(): Promise<boolean> {
    this.#timer?.dispose();
    this.#timer = undefined;
    if (this.#next) this.#writing ??= this.#writeAll();
    return this.#writing ?? Promise.resolve(!this.#failed);
  }

  async #writeAll(): Promise<boolean> {
    while (this.#next) {
      const record = this.#next;
      this.#next = undefined;
      await this.#write(record);
    }
    this.#writing = undefined;
    return !this.#failed;
  }

  async #write(record: AblationRecord): Promise<void> {
    const { files, logger } = this.#options;
    try {
      await writeAblationRecord(files, this.#folder, record);
      this.#failed = false;
    } catch (error) {
      // Said once: what is tried over and over on a full disk would fill the log.
      if (!this.#failed) {
        logger.error(`ablation.json of ${this.#folder} could not be written: ${error}`);
      }
      this.#failed = true;
    }
  }
}
