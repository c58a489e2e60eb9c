import type { Node } from 'oxc-parser';

import { importsOf } from './imports.ts';
import { lineOf, type SourceFile, type Violation, walkNodes } from './sourceFile.ts';

/**
 * What is a pure function of its arguments (invariant 2 of docs/ARCHITECTURE.md): no clock, no
 * chance, no timers, no process, no files, no network.
 */
export const purePlaces = [
  'server/src/ablation/cost.ts',
  'server/src/ablation/halving.ts',
  'server/src/ablation/kinds/',
  'server/src/ablation/plan.ts',
  'server/src/ablation/queue.ts',
  'server/src/ablation/readyPlan.ts',
  'server/src/ablation/report.ts',
  'server/src/ablation/requestVariants.ts',
  'server/src/ablation/variantIds.ts',
  'server/src/ablation/variantPlan.ts',
  'server/src/discovery/',
  'server/src/model/',
  'server/src/numerics/',
  'server/src/protocol/',
  'server/src/readers/',
  'server/src/rules/',
  'server/src/store/',
  'server/src/syntax/',
  'server/src/training/losses/',
  'server/src/training/strategies/',
] as const;

/** Members of globals that read the world. */
const impureMembers = new Set([
  'Date.now',
  'Math.random',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'performance.now',
]);

const impureGlobals = new Set([
  'fetch',
  'process',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'console',
]);

/** Of Node's modules only those that compute. */
const pureNodeModules = new Set(['node:path', 'node:path/posix', 'node:util', 'node:buffer']);

/** Places in the pure parts that read a clock, draw at random or touch the world. */
export function purityViolations(sources: readonly SourceFile[]): readonly Violation[] {
  return sources
    .filter((source) => purePlaces.some((place) => source.path.startsWith(place)))
    .flatMap((source) => [...impureImports(source), ...impureUses(source)]);
}

function impureImports(source: SourceFile): readonly Violation[] {
  return importsOf(source)
    .filter(({ specifier }) => specifier.startsWith('node:') && !pureNodeModules.has(specifier))
    .map(({ specifier, line }) => ({
      path: source.path,
      line,
      message: `is pure but imports ${specifier}`,
    }));
}

function impureUses(source: SourceFile): readonly Violation[] {
  return [...walkNodes(source.program)].flatMap((node) => {
    const use = impureUse(node);
    if (use === undefined) return [];
    const line = lineOf(source.text, node.start);
    return [{ path: source.path, line, message: `is pure but uses ${use}` }];
  });
}

function impureUse(node: Node): string | undefined {
  switch (node.type) {
    case 'NewExpression':
      return nameOf(node.callee) === 'Date' && node.arguments.length === 0
        ? 'new Date()'
        : undefined;
    case 'CallExpression':
      return impureGlobals.has(nameOf(node.callee)) ? nameOf(node.callee) : undefined;
    case 'MemberExpression':
      return impureMember(nameOf(node.object), nameOf(node.property));
    default:
      return undefined;
  }
}

function impureMember(object: string, property: string): string | undefined {
  if (impureGlobals.has(object)) return object;
  const member = `${object}.${property}`;
  return impureMembers.has(member) ? member : undefined;
}

/** The name of an identifier; empty for any other node. */
function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : '';
}
