import type { ArrayExpression, Directive, Expression, Node, Statement } from 'oxc-parser';

import { lineOf, type SourceFile, type Violation } from './sourceFile.ts';

/** A literal array that a registry exports: the names of its entries in the order of the text. */
export interface RegistryArray {
  readonly name: string;
  readonly entries: readonly string[];
}

/** What was found in a registry and what is wrong with its form. */
export interface RegistryForm {
  readonly arrays: readonly RegistryArray[];
  readonly violations: readonly Violation[];
}

/**
 * Habit 5: a registry imports its entries and exports literal arrays of them; no calls, no
 * spreads, no scanning of folders. Types, and functions that look an entry up, may stand beside.
 */
export function registryForm(source: SourceFile): RegistryForm {
  const parts = source.program.body.map((statement) => readStatement(source, statement));
  const arrays = parts.flatMap((part) => part.arrays);
  const violations = parts.flatMap((part) => part.violations);
  return arrays.length > 0 || violations.length > 0
    ? { arrays, violations }
    : { arrays, violations: [{ path: source.path, message: 'exports no array' }] };
}

/** Names that are out of order or stand twice, in words; the order is that of UTF-16 units. */
export function orderProblems(names: readonly string[]): readonly string[] {
  return names.flatMap((name, index) => {
    const before = names[index - 1];
    if (before === undefined || before < name) return [];
    return [before === name ? `${name} stands twice` : `${name} stands after ${before}`];
  });
}

function readStatement(source: SourceFile, statement: Directive | Statement): RegistryForm {
  const declaration =
    statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  const line = lineOf(source.text, statement.start);
  if (declaration?.type !== 'VariableDeclaration') {
    const message = 'does more than to list its entries';
    const violations = isHarmless(declaration) ? [] : [{ path: source.path, line, message }];
    return { arrays: [], violations };
  }
  const arrays = declaration.declarations.flatMap(({ id, init }) => {
    const entries = init === null ? undefined : literalEntries(init);
    return entries && id.type === 'Identifier' ? [{ name: id.name, entries }] : [];
  });
  if (arrays.length === declaration.declarations.length) return { arrays, violations: [] };
  return {
    arrays,
    violations: [{ path: source.path, line, message: 'holds what is no literal array of names' }],
  };
}

function isHarmless(node: Node | null): boolean {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'ImportDeclaration' ||
    node?.type === 'TSInterfaceDeclaration' ||
    node?.type === 'TSTypeAliasDeclaration'
  );
}

function literalEntries(expression: Expression): readonly string[] | undefined {
  if (expression.type === 'TSAsExpression' || expression.type === 'TSSatisfiesExpression') {
    return literalEntries(expression.expression);
  }
  return expression.type === 'ArrayExpression' ? identifiers(expression) : undefined;
}

function identifiers(array: ArrayExpression): readonly string[] | undefined {
  const names = array.elements.flatMap((element) =>
    element?.type === 'Identifier' ? [element.name] : [],
  );
  return names.length === array.elements.length ? names : undefined;
}
