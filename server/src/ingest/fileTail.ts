import { basename } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { type detectFormat, detectionHeadBytes } from '../readers/detectFormat.ts';
import {
  type IdleState,
  type LogFormat,
  type LogReader,
  largeHeadBytes,
  type PointSink,
} from '../readers/logFormat.ts';
import type { LogFile } from './logSource.ts';

/** Where the points of one file go. */
export interface TailTarget {
  /** The file is of this format and is now read from its first byte. */
  begin(format: LogFormat): PointSink;
  /** The file was rewritten or cut: what came from it holds no more. */
  discard(): void;
}

/** Tells the format of a file by its name and its first bytes. */
export type DetectFormat = typeof detectFormat;

/** What one look at the file found. */
export interface TailOutcome {
  /** `unknown`: the file is there but is no log, or too short to tell. */
  readonly state: 'missing' | 'unknown' | 'reading';
  /** What a person should know of a file that is there but cannot be read, and what to do. */
  readonly problem?: string;
  /** Whether the file differs from what the last look saw. */
  readonly changed: boolean;
  /** Whether bytes remain that this look left for the next one. */
  readonly hasMore: boolean;
  readonly modifiedAt: number;
  /** Milliseconds from now at which an unterminated last line may be taken as complete. */
  readonly idleAfterMs?: number;
}

/**
 * Bytes that are read from the disk and by the reader at once: 7 ms for the slowest reader, which
 * takes some 40 MB/s, so that the event loop gets its turn.
 */
const blockBytes = 2 ** 18;
/**
 * Bytes after which a look ends, so that one huge file does not hold up the others, and its points
 * are published in a few milliseconds: 100,000 of the smallest.
 */
const lookBytes = 2 ** 21;
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
  readonly #path: string;
  readonly #clock: Clock;
  readonly #detectFormat: DetectFormat;
  #seen: Pick<LogFile, 'identity' | 'size' | 'modifiedAt'> | undefined;
  #changedAt = 0;
  #format: LogFormat | undefined;
  #reader: LogReader | undefined;
  #sink: PointSink | undefined;
  #blockBytes = blockBytes;
  #isRejected = false;
  /** When a large head was looked at last, in vain, and how old the file was then. */
  #judged: { readonly at: number; readonly modifiedAt: number } | undefined;
  /** The first byte that no reader has consumed yet, and the bytes just before it. */
  #offset = 0;
  #anchor: Uint8Array = nothing;
  /** What of the idle file has been tried since it changed. */
  #tried: IdleState | 'nothing' = 'nothing';
  /** Whether a last line was taken that could be only the beginning of one. */
  #isEndGuessed = false;

  constructor(path: string, clock: Clock, detect: DetectFormat) {
    this.#path = path;
    this.#clock = clock;
    this.#detectFormat = detect;
  }

  /**
   * Takes a look at the open file and hands what is new to the target. `checkpoint` is called between
   * blocks.
   */
  async look(
    file: LogFile,
    target: TailTarget,
    checkpoint: () => Promise<void>,
  ): Promise<TailOutcome> {
    const changed = await this.#notice(file, target);
    const { modifiedAt } = file;
    if (!(await this.#detect(file, target))) {
      return {
        state: 'unknown',
        changed,
        hasMore: false,
        modifiedAt,
        ...this.#nextLargeHead(file),
      };
    }
    const rest = await this.#readBlocks(file, checkpoint);
    const found = { state: 'reading', changed, modifiedAt } as const;
    if (rest === undefined) return { ...found, hasMore: true };
    const idleAfterMs = this.#takeIdleTail(rest);
    return idleAfterMs === undefined
      ? { ...found, hasMore: false }
      : { ...found, hasMore: false, idleAfterMs };
  }

  /**
   * Reads what was read before once more, from the first byte and with a new reader, as readers have
   * a memory. Ends early once `isOver`.
   */
  async readOnceMore(
    file: LogFile,
    sinkOf: (format: LogFormat) => PointSink,
    isOver: () => boolean,
    checkpoint: () => Promise<void>,
  ): Promise<void> {
    const format = this.#format;
    if (!format) return;
    const end = Math.min(file.size, this.#offset);
    const most = this.#blockBytes;
    const reader = format.createReader(this.#path);
    const sink = sinkOf(format);
    const blocks = new BlockReader(file);
    let pending: Uint8Array = nothing;
    let at = 0;
    while (at < end && !isOver()) {
      const block = await blocks.read(pending, at, Math.min(most, end - at));
      if (block.length === pending.length) break;
      const offset = at - pending.length;
      at += block.length - pending.length;
      pending = block.subarray(reader.read(block, offset, sink));
      await checkpoint();
    }
    // A last line without an end that was taken when the file was idle.
    if (pending.length > 0) reader.readIdleTail(pending, at - pending.length, sink, 'ended');
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
    if (this.#anchor.length === 0) return true;
    const found = new Uint8Array(this.#anchor.length);
    const count = await file.read(found, this.#offset - found.length);
    return count === found.length && this.#anchor.every((byte, index) => byte === found[index]);
  }

  #startOver(target: TailTarget): void {
    if (this.#reader) target.discard();
    this.#format = undefined;
    this.#reader = undefined;
    this.#sink = undefined;
    this.#isRejected = false;
    this.#judged = undefined;
    this.#isEndGuessed = false;
    this.#offset = 0;
    this.#anchor = nothing;
  }

  async #detect(file: LogFile, target: TailTarget): Promise<boolean> {
    if (this.#reader) return true;
    if (this.#isRejected) return false;
    const format = await this.#formatOf(file);
    if (!format) return false;
    this.#format = format;
    this.#reader = format.createReader(this.#path);
    this.#blockBytes = format.blockBytes ?? blockBytes;
    this.#sink = target.begin(format);
    return true;
  }

  /** The format by the head of the file, and where that leaves a doubt by a larger part of it. */
  async #formatOf(file: LogFile): Promise<LogFormat | undefined> {
    const name = basename(this.#path);
    const head = await readHead(file, detectionHeadBytes);
    const format = this.#detectFormat(name, head);
    if (format !== 'undecided') {
      this.#isRejected = format === undefined && head.length === detectionHeadBytes;
      return format;
    }
    if (head.length < detectionHeadBytes || !this.#takeLargeHead(file)) return undefined;
    const larger = await readHead(file, largeHeadBytes);
    const later = this.#detectFormat(name, larger);
    if (later !== undefined && later !== 'undecided') return later;
    // With more bytes the answer may change, but no one looks beyond the head.
    this.#isRejected = larger.length === largeHeadBytes;
    return undefined;
  }

  /** Whether to look at a large head now: not again and again while the file grows. */
  #takeLargeHead({ modifiedAt }: LogFile): boolean {
    const at = this.#clock.now();
    if (this.#judged?.modifiedAt === modifiedAt) return false;
    if (this.#judged && at - this.#judged.at < pausedMs) return false;
    this.#judged = { at, modifiedAt };
    return true;
  }

  /** When a large head is due that was put off. */
  #nextLargeHead({ modifiedAt }: LogFile): { readonly idleAfterMs?: number } {
    if (!this.#judged || this.#isRejected || this.#judged.modifiedAt === modifiedAt) return {};
    return { idleAfterMs: Math.max(0, this.#judged.at + pausedMs - this.#clock.now()) };
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
    const blocks = new BlockReader(file);
    let at = start;
    let pending: Uint8Array = nothing;
    while (at < file.size) {
      // A look that has not got anywhere goes on, whatever its length: one unit may be that large.
      if (at - start >= lookBytes && this.#offset > start) return undefined;
      const block = await blocks.read(pending, at, this.#blockBytes);
      if (block.length === pending.length) break;
      if (!(await this.#isAnchorInPlace(file))) return this.#distrust();
      at += block.length - pending.length;
      const consumed = this.#feed(block);
      pending = block.subarray(consumed);
      await checkpoint();
    }
    return pending;
  }

  /**
   * The file was written anew since the look began, so that what was read last does not go with what
   * came before it: the next look starts over.
   */
  #distrust(): undefined {
    if (this.#seen) this.#seen = { ...this.#seen, modifiedAt: Number.NaN };
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

/** The first bytes of a file. */
export async function readHead(file: LogFile, most: number): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(most, file.size));
  return head.subarray(0, await file.read(head, 0));
}

/**
 * Reads a file block by block into one piece of memory, as a new one for each would cost as much as
 * the reading: a block holds until the next one.
 */
class BlockReader {
  readonly #file: LogFile;
  #memory: Uint8Array = nothing;

  constructor(file: LogFile) {
    this.#file = file;
  }

  /** The pending bytes and what follows them in the file: `most`, or as much again for large units. */
  async read(pending: Uint8Array, at: number, most: number): Promise<Uint8Array> {
    const length = Math.min(Math.max(most, pending.length), this.#file.size - at);
    const size = pending.length + length;
    const memory = size <= this.#memory.length ? this.#memory : new Uint8Array(size);
    // `set` is right also where the pending bytes lie in the same memory.
    memory.set(pending);
    this.#memory = memory;
    const count = await this.#file.read(memory.subarray(pending.length, size), at);
    return memory.subarray(0, pending.length + count);
  }
}
