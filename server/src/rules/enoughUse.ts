/** Fewer keys say nothing of who reads a file. */
const fewest = 3;

/**
 * Whether the code that is known is the one that reads a file, so that a key that it does not mention
 * means something: of the other keys of the file two in three are mentioned, and three at least.
 */
export function isReadHere(mentioned: number, others: number): boolean {
  return mentioned >= fewest && mentioned * 3 >= others * 2;
}
