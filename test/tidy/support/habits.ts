import { basename } from 'node:path';

import type { Directive, Node, Statement } from 'oxc-parser';

import { lineOf, type SourceFile, type Violation } from './sourceFile.ts';

const vagueNames = /^(utils?|helpers?|common|misc|manager)$/i;

/**
 * Habits 3 and 6 of the house and its ban on module state: no default export, no `export … from`,
 * no `let` or `var` of a module, no file named after nothing.
 */
export function habitViolations(source: SourceFile): readonly Violation[] {
  const [stem = ''] = basename(source.path).split('.');
  const vague = stem.split(/[-_]|(?=[A-Z])/).some((word) => vagueNames.test(word));
  return [
    ...(vague ? [{ path: source.path, message: 'has a name that says nothing' }] : []),
    ...source.program.body.flatMap((statement) => {
      const message = statementProblem(statement);
      if (message === undefined) return [];
      return [{ path: source.path, line: lineOf(source.text, statement.start), message }];
    }),
  ];
}

function statementProblem(statement: Directive | Statement): string | undefined {
  switch (statement.type) {
    case 'ExportDefaultDeclaration':
    case 'TSExportAssignment':
      return 'has a default export';
    case 'ExportAllDeclaration':
      return 'exports all of another file';
    case 'ExportNamedDeclaration':
      if (statement.source) return 'exports again what another file exports';
      return mutableProblem(statement.declaration);
    default:
      return mutableProblem(statement);
  }
}

function mutableProblem(node: Node | null): string | undefined {
  if (node?.type !== 'VariableDeclaration' || node.declare) return undefined;
  return node.kind === 'let' || node.kind === 'var'
    ? `keeps state in a module: \`${node.kind}\``
    : undefined;
}
