import { childAt, codeOf, type PythonNode } from './syntaxTree.ts';

/** What a chain of assignments gives all its names: `a = b = 1`. */
export function lastOfChain(assignment: PythonNode): PythonNode | undefined {
  let node: PythonNode | undefined = assignment;
  while (node?.type === 'assignment') node = childAt(node, 'right');
  return node;
}

const lists = new Set(['expression_list', 'tuple', 'list']);

/** `a, b = 1, 2` */
export function pairsOf(
  left: PythonNode,
  right: PythonNode,
): readonly (readonly [name: PythonNode, value: PythonNode])[] {
  const isList = lists.has(left.type) && lists.has(right.type);
  const names = isList ? codeOf(left) : [];
  const values = codeOf(right);
  if (names.length !== values.length) return [];
  return names.flatMap((name, index) => {
    const value = values[index];
    return value ? [[name, value] as const] : [];
  });
}
