import { join } from 'node:path';

import type { PointSink } from '../readers/logFormat.ts';
import type { RunStage } from '../store/runStage.ts';
import type { TailTarget } from './fileTail.ts';
import type { ReplaceableTarget, RunInFile } from './replacement.ts';
import type { RunBook } from './runBook.ts';
import { runPathOf } from './runLayout.ts';
import type { RunLoader } from './runLoader.ts';
import { TimedSink } from './timedSink.ts';

export interface FileRunsOptions {
  readonly path: string;
  readonly book: RunBook;
  /** What people call the run of a folder or file. */
  readonly nameOf: (runPath: string) => string;
  /** A file has to be read again although it has not changed. */
  readonly readAgain: (path: string) => void;
}

/** A run that the file gives points to, with the stage that they go through. */
interface Taken {
  readonly run: RunLoader;
  readonly format: string;
  readonly stage: RunStage;
  /** Around the stage, for a run of a database. */
  readonly sink: PointSink;
  readonly modifiedAt: (ofFile: number) => number;
  /** Whether the stage publishes nothing any more, as its points were discarded. */
  isOver: boolean;
}

/** The runs that one file gives points to: one, or those of a database. */
export class FileRuns implements TailTarget, ReplaceableTarget {
  readonly #options: FileRunsOptions;
  /** By their ids. */
  #current = new Map<string, Taken>();
  /** Those that a file which is read anew has, to take the place of all of the current ones. */
  #fresh: Map<string, Taken> | undefined;
  /** Those that may have points which are not published yet. */
  readonly #touched = new Set<Taken>();
  #completed: { readonly progress: number | undefined } | undefined;

  constructor(options: FileRunsOptions) {
    this.#options = options;
  }

  begin(format: { readonly name: string }): PointSink {
    this.abandon();
    const run = this.#runOf(format.name);
    for (const taken of this.#current.values()) if (taken.run !== run) this.#leave(taken);
    this.#current.clear();
    return this.sinkOf(format);
  }

  discard(): void {
    const { path, book } = this.#options;
    this.abandon();
    this.#touched.clear();
    for (const taken of this.#current.values()) {
      taken.run.discard(path);
      taken.isOver = true;
      book.touch(taken.run);
    }
  }

  beginAnew(): void {
    this.abandon();
    this.#touched.clear();
    this.#fresh = new Map();
  }

  sinkOf(format: { readonly name: string }, part?: RunInFile): PointSink {
    const runs = this.#fresh ?? this.#current;
    const run = this.#runOf(format.name, part);
    const found = runs.get(run.id);
    const taken = found && !found.isOver ? found : this.#open(run, format.name, part);
    runs.set(run.id, taken);
    this.#touched.add(taken);
    return taken.sink;
  }

  complete(progress?: number): void {
    this.#completed = { progress };
  }

  abandon(): void {
    const fresh = this.#fresh;
    this.#fresh = undefined;
    this.#completed = undefined;
    for (const { run } of fresh?.values() ?? []) this.#options.book.release(run);
  }

  /**
   * Makes what the last look found public. `modifiedAt` is the file's; `checkpoint` is called in
   * between where it was read anew, as it may have millions of points.
   */
  async publish(modifiedAt: number, checkpoint: () => Promise<void>): Promise<void> {
    if (this.#fresh && this.#completed) await this.#replaceAll(this.#fresh, modifiedAt, checkpoint);
    else if (!this.#fresh) this.#commit(modifiedAt);
  }

  /** The file gives no points any more. */
  leave(): void {
    this.abandon();
    for (const taken of this.#current.values()) this.#leave(taken);
    this.#current.clear();
    this.#touched.clear();
  }

  #commit(modifiedAt: number): void {
    const { path, book } = this.#options;
    for (const taken of this.#touched) {
      taken.run.commit(path, taken.modifiedAt(modifiedAt));
      book.touch(taken.run);
      // A stream goes on through the same sink; a database asks for that of a run each time.
      if (taken.sink !== taken.stage) this.#touched.delete(taken);
    }
  }

  async #replaceAll(
    fresh: ReadonlyMap<string, Taken>,
    modifiedAt: number,
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    const { path, book, readAgain } = this.#options;
    const before = this.#current;
    this.#current = new Map(fresh);
    const progress = this.#completed?.progress;
    this.#fresh = undefined;
    this.#completed = undefined;
    this.#touched.clear();
    for (const { run, format, stage, ...taken } of fresh.values()) {
      const file = { path, format, stage, progress, modifiedAt: taken.modifiedAt(modifiedAt) };
      await stage.prepare(checkpoint);
      const next = run.replace(file);
      book.touch(run);
      if (next !== undefined) readAgain(next);
    }
    for (const taken of before.values()) if (!fresh.has(taken.run.id)) this.#leave(taken);
  }

  #leave({ run }: Taken): void {
    const next = this.#options.book.leave(run, this.#options.path);
    if (next !== undefined) this.#options.readAgain(next);
  }

  /** The id of the run that gets the points of the file, or of one part of it. */
  idOf(format: string, part?: RunInFile): string {
    const { path } = this.#options;
    return part ? join(path, segmentOf(part.key)) : runPathOf(path, format);
  }

  #runOf(format: string, part?: RunInFile): RunLoader {
    const { path, book, nameOf } = this.#options;
    const id = this.idOf(format, part);
    return book.take(id, part ? `${nameOf(path)}/${part.name}` : nameOf(id));
  }

  #open(run: RunLoader, format: string, part: RunInFile | undefined): Taken {
    const { path } = this.#options;
    const stage = this.#fresh ? run.stage(path, format) : run.begin(path, format);
    const taken = { run, format, stage, isOver: false };
    if (!part) return { ...taken, sink: stage, modifiedAt: (ofFile) => ofFile };
    const sink = new TimedSink(stage);
    const modifiedAt = (ofFile: number): number =>
      sink.latest > 0 ? Math.min(ofFile, sink.latest) : ofFile;
    return { ...taken, sink, modifiedAt };
  }
}

/** A key as one part of a path, which must not lead anywhere else. */
function segmentOf(key: string): string {
  const escaped = key.replace(/[%/\\]/g, (character) => encodeURIComponent(character));
  return /^\.*$/.test(escaped) ? `%${escaped}` : escaped;
}
