import type { PointSink } from '../readers/logFormat.ts';

/** Hands points on and remembers when the latest was written: a database says that of no run. */
export class TimedSink implements PointSink {
  readonly #target: PointSink;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(target: PointSink) {
    this.#target = target;
  }

  /** Milliseconds since the Unix epoch; negative infinity where no point has a time. */
  get latest(): number {
    return this.#latest;
  }

  unit(byteStart: number, byteEnd: number): void {
    this.#target.unit(byteStart, byteEnd);
  }

  inRound(round: number): void {
    this.#target.inRound(round);
  }

  point(name: string, step: number, wallTime: number, value: number): void {
    if (1000 * wallTime > this.#latest) this.#latest = 1000 * wallTime;
    this.#target.point(name, step, wallTime, value);
  }

  skipped(byteStart: number, byteEnd: number, reason: string): void {
    this.#target.skipped(byteStart, byteEnd, reason);
  }

  sessionStart(step: number): void {
    this.#target.sessionStart(step);
  }
}
