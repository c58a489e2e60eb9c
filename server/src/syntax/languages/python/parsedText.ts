/** `5.` and `5.e-3`, but not `5.5`. */
const openNumber = /(\b\d[\d_]*)\.(?=(?:[eE][-+\d]|[jJ]\b)|(?![\w.]))/g;

/**
 * The text as the grammar knows it, every character in its place: it takes line breaks of one
 * character only, no form feeds or byte order marks before an indentation, and numbers that end
 * with a point only without it.
 */
export function toParsedText(text: string): string {
  let result = text.replace(openNumber, '$1_');
  if (result.includes('\r')) {
    result = result.replaceAll('\\\r\n', ' \\\n').replaceAll('\r\n', ' \n');
  }
  if (result.includes('\f')) {
    result = result.replace(/^[ \t\f]*\f/gm, ({ length }) => '\n'.repeat(length));
  }
  return result.startsWith('\uFEFF') ? `\n${result.slice(1)}` : result;
}
