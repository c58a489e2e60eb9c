import { basename } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { detectionHeadBytes, type detectSnapshot } from '../readers/detectFormat.ts';
import type { SnapshotFormat } from '../readers/snapshotFormat.ts';
import type { DatabaseSource } from './databaseSource.ts';
import { DatabaseTail } from './databaseTail.ts';
import {
  type DetectFormat,
  FileTail,
  readHead,
  type TailOutcome,
  type TailTarget,
} from './fileTail.ts';
import type { LogFile, LogSource } from './logSource.ts';
import type { ReplaceableTarget, RestoreTarget } from './replacement.ts';
import { aimFolderOf } from './runLayout.ts';
import { SnapshotTail } from './snapshotTail.ts';

export interface LogTailOptions {
  readonly source: LogSource;
  readonly databases: DatabaseSource;
  readonly clock: Clock;
  readonly detectFormat: DetectFormat;
  /** The formats of files that are rewritten as a whole. */
  readonly detectSnapshot: typeof detectSnapshot;
}

/** How a file is read: as it grows, as a whole, or by asking it. */
type Kind =
  | { readonly name: 'stream' }
  | { readonly name: 'database' }
  | { readonly name: 'snapshot'; readonly format: SnapshotFormat };

/** Reads one file in the way that its content asks for, and another way when it becomes another. */
export class LogTail {
  readonly #options: LogTailOptions;
  readonly #path: string;
  #stream: FileTail;
  #snapshot: SnapshotTail;
  #database: DatabaseTail;
  #kind: Kind | undefined;
  #seen: Pick<LogFile, 'identity' | 'size'> | undefined;

  constructor(path: string, options: LogTailOptions) {
    const { databases, clock, detectFormat } = options;
    this.#options = options;
    this.#path = path;
    this.#stream = new FileTail(path, clock, detectFormat);
    this.#snapshot = new SnapshotTail(path, clock);
    this.#database = new DatabaseTail(databases, path, clock);
  }

  /** The next look reads the file again although it has not changed. */
  readAgain(): void {
    this.#snapshot.readAgain();
  }

  /** Takes a look at the file and hands what is new to the target. `checkpoint` is called between parts. */
  async advance(
    target: TailTarget & ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<TailOutcome> {
    const opened = await this.#options.source.open(this.#path);
    if (!opened.ok) {
      const { kind, message } = opened.error;
      const outcome = { state: 'missing', changed: true, hasMore: false, modifiedAt: 0 } as const;
      return kind === 'missing' ? outcome : { ...outcome, problem: unopened(message) };
    }
    try {
      return await this.#look(opened.value, target, checkpoint);
    } finally {
      await opened.value.close();
    }
  }

  /**
   * Reads what was read before once more, from the beginning, beside what is going on. Returns what a
   * person should know where that failed.
   */
  async readOnceMore(
    target: RestoreTarget,
    checkpoint: () => Promise<void>,
  ): Promise<string | undefined> {
    const opened = await this.#options.source.open(this.#path);
    if (!opened.ok) return unopened(opened.error.message);
    try {
      return await this.#restore(opened.value, target, checkpoint);
    } finally {
      await opened.value.close();
    }
  }

  async #restore(
    file: LogFile,
    target: RestoreTarget,
    checkpoint: () => Promise<void>,
  ): Promise<string | undefined> {
    const sinkOf: RestoreTarget['sinkOf'] = (format, run) => target.sinkOf(format, run);
    const isOver = (): boolean => target.isOver;
    switch (this.#kind?.name) {
      case 'stream':
        await this.#stream.readOnceMore(file, sinkOf, isOver, checkpoint);
        break;
      case 'snapshot': {
        const { format } = this.#kind;
        await this.#snapshot.readOnceMore(file, format, sinkOf(format), checkpoint);
        break;
      }
      case 'database': {
        const result = await this.#database.readOnceMore(sinkOf, isOver, checkpoint);
        return typeof result === 'string' ? undefined : result.message;
      }
      case undefined:
    }
    return undefined;
  }

  async #look(
    file: LogFile,
    target: TailTarget & ReplaceableTarget,
    checkpoint: () => Promise<void>,
  ): Promise<TailOutcome> {
    const { identity, size, modifiedAt } = file;
    const unknown = { state: 'unknown', changed: false, hasMore: false, modifiedAt } as const;
    if (aimFolderOf(this.#path) !== undefined) return { ...unknown, problem: aimNotice };
    if (this.#mayBeAnother(file)) await this.#findKind(file, target);
    const changed = identity !== this.#seen?.identity || size !== this.#seen.size;
    this.#seen = { identity, size };
    switch (this.#kind?.name) {
      case 'stream': {
        const outcome = await this.#stream.look(file, target, checkpoint);
        if (outcome.state === 'unknown') this.#kind = undefined;
        return outcome;
      }
      case 'snapshot':
        return this.#snapshot.look(file, this.#kind.format, target, checkpoint);
      case 'database':
        // It is being written anew.
        if (size === 0) return { ...unknown, state: 'reading', changed };
        return this.#database.look(file, target, checkpoint);
      case undefined:
        return { ...unknown, changed };
    }
  }

  #mayBeAnother({ identity, size }: LogFile): boolean {
    if (this.#kind?.name !== 'stream' || !this.#seen) return true;
    return identity !== this.#seen.identity || size < this.#seen.size;
  }

  async #findKind(file: LogFile, target: TailTarget & ReplaceableTarget): Promise<void> {
    const head = await readHead(file, detectionHeadBytes);
    const before = this.#kind;
    const found = this.#kindOf(head);
    // A file that is being rewritten is empty for a moment: what was known of it still holds.
    if (found === undefined && before?.name !== 'stream') return;
    this.#kind = found;
    if (before === undefined || before.name === found?.name) return;
    target.discard();
    const { databases, clock, detectFormat } = this.#options;
    this.#stream = new FileTail(this.#path, clock, detectFormat);
    this.#snapshot = new SnapshotTail(this.#path, clock);
    this.#database = new DatabaseTail(databases, this.#path, clock);
  }

  /** Undefined while too little of the file is there to tell. */
  #kindOf(head: Uint8Array): Kind | undefined {
    if (head.length === 0) return undefined;
    if (magic.every((byte, index) => byte === head[index])) return { name: 'database' };
    const format = this.#options.detectSnapshot(basename(this.#path), head);
    if (format === 'undecided' && head.length < detectionHeadBytes) return undefined;
    if (format === undefined || format === 'undecided') return { name: 'stream' };
    return { name: 'snapshot', format };
  }
}

/** The first bytes of every SQLite database. */
const magic = new TextEncoder().encode('SQLite format 3\0');

const aimNotice =
  "The runs of Aim in this folder cannot be read: only Aim itself opens its storage. Let the training log to TensorBoard, CSV or JSON lines too; what is there already can be written to a file with Aim's Python SDK (aim.Repo).";

function unopened(message: string): string {
  return `It cannot be opened: ${message}.`;
}
