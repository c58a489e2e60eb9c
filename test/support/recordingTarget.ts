import type { TailTarget } from '../../server/src/ingest/fileTail.ts';
import type { ReplaceableTarget } from '../../server/src/ingest/replacement.ts';
import type { PointSink } from '../../server/src/readers/logFormat.ts';
import { type Recording, RecordingSink } from './recordingSink.ts';

/** Keeps everything that a tail finds in one file, as the store would. */
export class RecordingTarget implements TailTarget, ReplaceableTarget {
  #current = new RecordingSink();
  #fresh: RecordingSink | undefined;
  /** What the file was taken for. */
  format: string | undefined;

  get recording(): Recording {
    return this.#current.recording;
  }

  begin(format: { readonly name: string }): PointSink {
    this.#current = new RecordingSink();
    return this.sinkOf(format);
  }

  discard(): void {
    this.#current = new RecordingSink();
  }

  beginAnew(): void {
    this.#fresh = new RecordingSink();
  }

  sinkOf(format: { readonly name: string }): PointSink {
    this.format = format.name;
    return this.#fresh ?? this.#current;
  }

  complete(): void {
    this.#current = this.#fresh ?? this.#current;
    this.#fresh = undefined;
  }

  abandon(): void {
    this.#fresh = undefined;
  }
}
