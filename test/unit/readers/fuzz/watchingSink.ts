import type { PointSink } from '../../../../server/src/readers/logFormat.ts';

/** What a reader did that no reader may do, whatever the bytes. */
export class BrokenPromise extends Error {}

/** Characters of names that a reader may give for each byte; names are at most some 1,000 long. */
const nameCharactersPerByte = 256;
const spareNameCharacters = 65_536;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * Holds a reader to what it promises of its points: ranges inside the file and in order, no more
 * calls and no longer names than the bytes account for. Keeps no points but a digest of them, with
 * which two readings are compared.
 */
export class WatchingSink implements PointSink {
  readonly #length: number;
  readonly #names = new Map<string, number>();
  #hash = 0;
  #calls = 0;
  #unitStart = 0;
  #isUnitOpen = false;
  #skipStart = 0;
  #nameCharacters = 0;
  points = 0;
  skips = 0;

  constructor(length: number) {
    this.#length = length;
  }

  /** The same for the same calls in the same order. */
  get digest(): string {
    return `${this.points} points, ${this.skips} skipped, ${this.#calls} calls, ${this.#hash}`;
  }

  unit(byteStart: number, byteEnd: number): void {
    this.#expectRange('unit', byteStart, byteEnd);
    if (byteStart < this.#unitStart) this.#break(`unit ${byteStart} after ${this.#unitStart}`);
    this.#unitStart = byteStart;
    this.#isUnitOpen = true;
    this.#take(1, byteStart, byteEnd);
  }

  point(name: string, step: number, wallTime: number, value: number): void {
    this.points += 1;
    if (!this.#isUnitOpen) this.#break(`point ${name} outside of any unit`);
    const known = this.#names.get(name);
    if (known === undefined) this.#learn(name);
    this.#take(2, known ?? this.#names.size, step, wallTime, value);
  }

  skipped(byteStart: number, byteEnd: number, reason: string): void {
    this.skips += 1;
    this.#expectRange('skipped part', byteStart, byteEnd);
    if (byteStart < this.#skipStart) this.#break(`skip ${byteStart} after ${this.#skipStart}`);
    if (reason === '') this.#break('skip without a reason');
    this.#skipStart = byteStart;
    this.#take(3, byteStart, byteEnd, hashOf(reason));
  }

  sessionStart(step: number): void {
    this.#take(4, step);
  }

  inRound(round: number): void {
    this.#take(6, round);
  }

  #learn(name: string): void {
    this.#names.set(name, this.#names.size + 1);
    this.#nameCharacters += name.length;
    if (this.#nameCharacters > nameCharactersPerByte * this.#length + spareNameCharacters) {
      this.#break(`names of ${this.#nameCharacters} characters in ${this.#length} bytes`);
    }
    this.#take(5, hashOf(name));
  }

  /** The end of a part that is passed over may still be to come. */
  #expectRange(what: string, byteStart: number, byteEnd: number): void {
    const isInside = byteStart >= 0 && byteStart < this.#length && byteEnd > byteStart;
    if (isInside && (what !== 'unit' || byteEnd <= this.#length)) return;
    this.#break(`${what} ${byteStart} to ${byteEnd} in ${this.#length} bytes`);
  }

  #take(...numbers: readonly number[]): void {
    this.#calls += 1;
    if (this.#calls > 4 * this.#length + 16) this.#break(`${this.#calls} calls`);
    let hash = this.#hash;
    for (const number of numbers) {
      // Sets one bit pattern for every NaN.
      scratch.setFloat64(0, Number.isNaN(number) ? Number.NaN : number);
      hash = (Math.imul(hash ^ scratch.getInt32(0), 0x01000193) + 0x9e3779b9) | 0;
      hash = Math.imul(hash ^ scratch.getInt32(4) ^ (hash >>> 15), 0x85ebca6b);
    }
    this.#hash = hash;
  }

  #break(what: string): never {
    throw new BrokenPromise(what);
  }
}

function hashOf(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at += 1)
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
