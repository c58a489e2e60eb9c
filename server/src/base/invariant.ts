/** Stops with a message when something that cannot be false is false: a bug of ours, never of the user. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${message}`);
}
