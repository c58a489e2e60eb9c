/** How many brackets are open at once in a text; those in texts and comments count, which does no harm. */
export function nestingOf(text: string): number {
  let open = 0;
  let most = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if ((character === ']' || character === '}') && open > 0) open -= 1;
    most = Math.max(most, open);
  }
  return most;
}
