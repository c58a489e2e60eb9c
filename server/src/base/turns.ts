import { type CancellationToken, createCheckpoint } from './cancellation.ts';

/** A pure computation that pauses where others may have their turn, as after each of a thousand variants. */
export type InTurns<T> = Generator<undefined, T, undefined>;

/** What is made of each of a list, a turn each. */
export function* mapInTurns<T, U>(items: readonly T[], make: (item: T) => U): InTurns<U[]> {
  const made: U[] = [];
  for (const item of items) {
    made.push(make(item));
    yield;
  }
  return made;
}

/** Its result at once, where it is short or nobody waits. */
export function atOnce<T>(steps: InTurns<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Its result, while hovers and the like are answered in between. Throws `CancelledError`. */
export async function inTurns<T>(steps: InTurns<T>, token: CancellationToken): Promise<T> {
  const checkpoint = createCheckpoint(token);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await checkpoint();
  }
}
