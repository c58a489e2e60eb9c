/**
 * Holm's step-down correction (1979): the adjusted p of each of several tests, in their order. A
 * test is significant at level α where its adjusted p is at most α; the chance of any false alarm
 * among all of them is then at most α.
 */
export function adjustByHolm(probabilities: readonly number[]): readonly number[] {
  const order = probabilities.map((_, index) => index);
  order.sort((a, b) => (probabilities[a] ?? 1) - (probabilities[b] ?? 1));
  const adjusted = probabilities.map(() => 1);
  let highest = 0;
  for (const [rank, index] of order.entries()) {
    const scaled = (probabilities.length - rank) * (probabilities[index] ?? 1);
    highest = Math.min(1, Math.max(highest, scaled));
    adjusted[index] = highest;
  }
  return adjusted;
}
