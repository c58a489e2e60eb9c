import { stringOf } from './pythonValue.ts';
import { childAt, codeOf, type PythonNode, type PythonSource, textOf } from './syntaxTree.ts';

/** What the author says of the statement at an index: the comment on its line, a docstring below a field, or the comment above. */
export function noteOf(
  source: PythonSource,
  statements: readonly PythonNode[],
  index: number,
): string | undefined {
  const statement = statements[index];
  if (!statement) return undefined;
  const next = statements[index + 1];
  if (next?.type === 'comment' && isBesides(source, statement, next))
    return commentText(source, next);
  const docstring = next?.type === 'expression_statement' ? codeOf(next)[0] : undefined;
  if (docstring?.type === 'string') return stringOf(textOf(source, docstring))?.trim();
  const above = statements[index - 1];
  const before = statements[index - 2];
  if (above?.type !== 'comment' || (before && isBesides(source, before, above))) return undefined;
  const gap = source.text.slice(above.range.end, statement.range.start);
  return gap.split('\n').length === 2 ? commentText(source, above) : undefined;
}

/** The notes of several pieces: `help=` of an option, `metadata={"help": …}` of a field. */
export function noteOfArguments(source: PythonSource, call: PythonNode): string | undefined {
  for (const argument of codeOf(childAt(call, 'arguments'))) {
    const name = textOf(source, childAt(argument, 'name'));
    const value = childAt(argument, 'value');
    if (!value) continue;
    if (notingArguments.has(name)) return joinedText(source, value);
    const help = name === 'metadata' ? helpOf(source, value) : undefined;
    if (help !== undefined) return help;
  }
  return undefined;
}

const notingArguments = new Set(['help', 'description', 'doc', 'title', 'short_help']);

function helpOf(source: PythonSource, dictionary: PythonNode): string | undefined {
  const pair = codeOf(dictionary).find(
    (candidate) => stringOf(textOf(source, childAt(candidate, 'key'))) === 'help',
  );
  const value = childAt(pair, 'value');
  return value && joinedText(source, value);
}

/** A string, in one piece or several. */
export function joinedText(source: PythonSource, node: PythonNode): string | undefined {
  if (node.type === 'parenthesized_expression') {
    const inner = codeOf(node)[0];
    return inner && joinedText(source, inner);
  }
  // The pieces of a string that is written in several are of no interest one by one.
  if (node.type === 'string' || node.type === 'concatenated_string')
    return stringOf(textOf(source, node));
  return undefined;
}

function commentText(source: PythonSource, comment: PythonNode): string {
  return textOf(source, comment)
    .replace(/^[#\s!:]+/, '')
    .trim();
}

/** True for a comment on the line on which a node ends. */
function isBesides(source: PythonSource, node: PythonNode, comment: PythonNode): boolean {
  return !source.text.slice(node.range.end, comment.range.start).includes('\n');
}
