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
    this.#current.delete(run.id);
    return this.sinkOf(format);
  }

  discard(): void {
    const { path, book } = this.#options;
    this.abandon();
    this.#touched.clear();
    for (const { run } of this.#current.values()) {
      run.discard(path);
      book.touch(run);
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
    const taken = runs.get(run.id) ?? this.#open(run, format.name, part);
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

  /** Makes what the last look found public. `modifiedAt` is the file's. */
  publish(modifiedAt: number): void {
    if (this.#fresh && this.#completed) this.#replaceAll(this.#fresh, modifiedAt);
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

  #replaceAll(fresh: ReadonlyMap<string, Taken>, modifiedAt: number): void {
    const { path, book, readAgain } = this.#options;
    const before = this.#current;
    this.#current = new Map(fresh);
    const progress = this.#completed?.progress;
    this.#fresh = undefined;
    this.#completed = undefined;
    this.#touched.clear();
    for (const { run, format, stage, ...taken } of fresh.values()) {
      const file = { path, format, stage, progress, modifiedAt: taken.modifiedAt(modifiedAt) };
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

  #runOf(format: string, part?: RunInFile): RunLoader {
    const { path, book, nameOf } = this.#options;
    if (part) return book.take(join(path, segmentOf(part.key)), `${nameOf(path)}/${part.name}`);
    const id = runPathOf(path, format);
    return book.take(id, nameOf(id));
  }

  #open(run: RunLoader, format: string, part: RunInFile | undefined): Taken {
    const { path } = this.#options;
    const stage = this.#fresh ? run.stage(path, format) : run.begin(path, format);
    if (!part) return { run, format, stage, sink: stage, modifiedAt: (ofFile) => ofFile };
    const sink = new TimedSink(stage);
    const modifiedAt = (ofFile: number): number =>
      sink.latest > 0 ? Math.min(ofFile, sink.latest) : ofFile;
    return { run, format, stage, sink, modifiedAt };
  }
}

/** A key as one part of a path, which must not lead anywhere else. */
function segmentOf(key: string): string {
  const escaped = key.replace(/[%/\\]/g, (character) => encodeURIComponent(character));
  return /^\.*$/.test(escaped) ? `%${escaped}` : escaped;
}
