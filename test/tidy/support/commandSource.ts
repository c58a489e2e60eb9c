import type { Node } from 'oxc-parser';

import { type SourceFile, walkNodes } from './sourceFile.ts';

/**
 * The ids of the commands that sources of the extension declare: the values of `id` properties
 * that are literals (`'counterweight.openTrends'`) or members of the table of client commands
 * (`clientCommands.openTrends`). The extension cannot be imported outside of an editor, so its
 * source is read.
 */
export function declaredCommands(
  sources: readonly SourceFile[],
  clientCommands: Readonly<Record<string, string>>,
): readonly string[] {
  return sources.flatMap((source) =>
    [...walkNodes(source.program)].flatMap((node) => commandId(node, clientCommands) ?? []),
  );
}

function commandId(
  node: Node,
  clientCommands: Readonly<Record<string, string>>,
): string | undefined {
  if (node.type !== 'Property' || node.key.type !== 'Identifier' || node.key.name !== 'id') {
    return undefined;
  }
  const { value } = node;
  if (value.type === 'Literal' && typeof value.value === 'string') return value.value;
  if (value.type !== 'MemberExpression' || value.object.type !== 'Identifier') return undefined;
  if (value.object.name !== 'clientCommands' || value.property.type !== 'Identifier') {
    return undefined;
  }
  return clientCommands[value.property.name];
}
