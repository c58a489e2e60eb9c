import { basename } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { detectFormat, detectionHeadBytes } from '../readers/detectFormat.ts';
import type { IdleState, LogFormat, LogReader, PointSink } from '../readers/logFormat.ts';
import type { LogFile, LogSource } from './logSource.ts';

/** Where the points of one file go. */
export interface TailTarget {
  /** The file is of this format and is now read from its first byte. */
  begin(format: LogFormat): PointSink;
  /** The file was rewritten or cut: what came from it holds no more. */
  discard(): void;
}

/** What one look at the file found. */
export interface TailOutcome {
  /** `unknown`: the file is there but is no log, or too short to tell. */
  readonly state: 'missing' | 'unknown' | 'reading';
  /** Why, where the file is there but cannot be opened. */
  readonly problem?: string;
  /** Whether the file differs from what the last look saw. */
  readonly changed: boolean;
  /** Whether bytes remain that this look left for the next one. */
  readonly hasMore: boolean;
  readonly modifiedAt: number;
  /** Milliseconds from now at which an unterminated last line may be taken as complete. */
  readonly idleAfterMs?: number;
}

/** Bytes that are read from the disk at once. */
const blockBytes = 2 ** 20;
/** Bytes after which a look ends, so that one huge file does not hold up the others. */
const lookBytes = 8 * 2 ** 20;
/** So many of the bytes before the offset are kept, to notice that the file was rewritten in place. */
const anchorBytes = 64;
/** After this long without a change the writer makes a pause. */
const pausedMs = 1000;
/**
 * After this long the file has ended, perhaps without a last line end. Writers with a buffer stop
 * within a line for minutes, and the file is read anew if it was no end after all.
 */
const endedMs = 10 * 60_000;

const nothing = new Uint8Array();

/** Reads one file as it grows: remembers how far it came and starts over when the file is another. */
export class FileTail {
  readonly #source: LogSource;
  readonly #path: string;
  readonly #clock: Clock;
  #seen: Pick<LogFile, 'identity' | 'size' | 'modifiedAt'> | undefined;
  #changedAt = 0;
  #reader: LogReader | undefined;
  #sink: PointSink | undefined;
  #isRejected = false;
  /** The first byte that no reader has consumed yet, and the bytes just before it. */
  #offset = 0;
  #anchor: Uint8Array = nothing;
  /** What of the idle file has been tried since it changed. */
  #tried: IdleState | 'nothing' = 'nothing';
  /** Whether a last line was taken that could be only the beginning of one. */
  #isEndGuessed = false;

  constructor(source: LogSource, path: string, clock: Clock) {
    this.#source = source;
    this.#path = path;
    this.#clock = clock;
  }

  /** Takes a look at the file and hands what is new to the target. `checkpoint` is called between blocks. */
  async advance(target: TailTarget, checkpoint: () => Promise<void>): Promise<TailOutcome> {
    const opened = await this.#source.open(this.#path);
    if (!opened.ok) {
      const { kind, message } = opened.error;
      const outcome = { state: 'missing', changed: true, hasMore: false, modifiedAt: 0 } as const;
      return kind === 'missing' ? outcome : { ...outcome, problem: message };
    }
    try {
      return await this.#look(opened.value, target, checkpoint);
    } finally {
      await opened.value.close();
    }
  }

  async #look(
    file: LogFile,
    target: TailTarget,
    checkpoint: () => Promise<void>,
  ): Promise<TailOutcome> {
    const changed = await this.#notice(file, target);
    const { modifiedAt } = file;
    if (!(await this.#detect(file, target))) {
      return { state: 'unknown', changed, hasMore: false, modifiedAt };
    }
    const rest = await this.#readBlocks(file, checkpoint);
    const found = { state: 'reading', changed, modifiedAt } as const;
    if (rest === undefined) return { ...found, hasMore: true };
    const idleAfterMs = this.#takeIdleTail(rest);
    return idleAfterMs === undefined
      ? { ...found, hasMore: false }
      : { ...found, hasMore: false, idleAfterMs };
  }

  /** Compares the file with the last look and starts over if it is not the same one grown. */
  async #notice(file: LogFile, target: TailTarget): Promise<boolean> {
    const { identity, size, modifiedAt } = file;
    const seen = this.#seen;
    this.#seen = { identity, size, modifiedAt };
    if (!seen) {
      this.#changedAt = Math.min(modifiedAt, this.#clock.now());
      return true;
    }
    const isSame = identity === seen.identity && size === seen.size;
    if (isSame && modifiedAt === seen.modifiedAt) return false;
    this.#changedAt = this.#clock.now();
    this.#tried = 'nothing';
    const isGrown = identity === seen.identity && size >= seen.size && !this.#isEndGuessed;
    if (!isGrown || !(await this.#isAnchorInPlace(file))) this.#startOver(target);
    return true;
  }

  async #isAnchorInPlace(file: LogFile): Promise<boolean> {
    const found = new Uint8Array(this.#anchor.length);
    const count = await file.read(found, this.#offset - found.length);
    return count === found.length && this.#anchor.every((byte, index) => byte === found[index]);
  }

  #startOver(target: TailTarget): void {
    if (this.#reader) target.discard();
    this.#reader = undefined;
    this.#sink = undefined;
    this.#isRejected = false;
    this.#isEndGuessed = false;
    this.#offset = 0;
    this.#anchor = nothing;
  }

  async #detect(file: LogFile, target: TailTarget): Promise<boolean> {
    if (this.#reader) return true;
    if (this.#isRejected) return false;
    const head = new Uint8Array(Math.min(detectionHeadBytes, file.size));
    const count = await file.read(head, 0);
    const format = detectFormat(basename(this.#path), head.subarray(0, count));
    if (format === undefined || format === 'undecided') {
      // With more bytes the answer may change, but no one looks beyond the head.
      this.#isRejected = count === detectionHeadBytes;
      return false;
    }
    this.#reader = format.createReader(this.#path);
    this.#sink = target.begin(format);
    return true;
  }

  /**
   * Feeds the reader up to the end of the file. Returns the bytes at the end that it did not
   * consume, or undefined where the look ended before the file did.
   */
  async #readBlocks(
    file: LogFile,
    checkpoint: () => Promise<void>,
  ): Promise<Uint8Array | undefined> {
    const start = this.#offset;
    let at = start;
    let pending: Uint8Array = nothing;
    while (at < file.size) {
      // A look that has not got anywhere goes on, whatever its length: one unit may be that large.
      if (at - start >= lookBytes && this.#offset > start) return undefined;
      const block = await readBlock(file, pending, at);
      if (block.length === pending.length) break;
      at += block.length - pending.length;
      const consumed = this.#feed(block);
      pending = block.subarray(consumed);
      await checkpoint();
    }
    return pending;
  }

  #feed(bytes: Uint8Array): number {
    if (!this.#reader || !this.#sink) return 0;
    const consumed = this.#reader.read(bytes, this.#offset, this.#sink);
    this.#consume(bytes, consumed);
    return consumed;
  }

  #consume(bytes: Uint8Array, count: number): void {
    if (count === 0) return;
    this.#offset += count;
    const last = bytes.slice(Math.max(0, count - anchorBytes), count);
    const earlier = this.#anchor.subarray(
      Math.max(0, this.#anchor.length + last.length - anchorBytes),
    );
    this.#anchor = Uint8Array.from([...earlier, ...last]);
  }

  /** Takes an unterminated last unit once the file is idle; returns in how long to try again. */
  #takeIdleTail(rest: Uint8Array): number | undefined {
    const idleMs = this.#clock.now() - this.#changedAt;
    let left = rest;
    if (left.length > 0 && this.#tried === 'nothing') {
      if (idleMs < pausedMs) return pausedMs - idleMs;
      left = left.subarray(this.#tryTail(left, 'paused'));
    }
    if (left.length === 0 || this.#tried === 'ended') return undefined;
    if (idleMs < endedMs) return endedMs - idleMs;
    this.#isEndGuessed = this.#tryTail(left, 'ended') > 0;
    return undefined;
  }

  #tryTail(bytes: Uint8Array, idle: IdleState): number {
    this.#tried = idle;
    if (!this.#reader || !this.#sink) return 0;
    const consumed = this.#reader.readIdleTail(bytes, this.#offset, this.#sink, idle);
    this.#consume(bytes, consumed);
    return consumed;
  }
}

/** The pending bytes and what follows them in the file: one block, or as much again for large units. */
async function readBlock(file: LogFile, pending: Uint8Array, at: number): Promise<Uint8Array> {
  const length = Math.min(Math.max(blockBytes, pending.length), file.size - at);
  const block = new Uint8Array(pending.length + length);
  block.set(pending);
  const count = await file.read(block.subarray(pending.length), at);
  return block.subarray(0, pending.length + count);
}
