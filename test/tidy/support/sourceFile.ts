import { type Comment, type Node, type Program, parseSync, visitorKeys } from 'oxc-parser';

/** One TypeScript file with its syntax tree. Paths are relative to the root of the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
}

/** A breach of a rule of the house, at its place. */
export interface Violation {
  readonly path: string;
  /** Counted from 1; absent where the whole file is meant. */
  readonly line?: number;
  readonly message: string;
}

/** Throws on broken syntax: a file that cannot be read cannot be checked. */
export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text, { sourceType: 'module' });
  const [error] = parsed.errors;
  if (error) throw new Error(`${path} does not parse: ${error.message}`);
  return { path, text, program: parsed.program, comments: parsed.comments };
}

/** Every node of the tree, parents before children, in the order of the text. */
export function* walkNodes(node: Node): Generator<Node> {
  yield node;
  for (const key of visitorKeys[node.type] ?? []) {
    const child: unknown = Reflect.get(node, key);
    for (const item of Array.isArray(child) ? child : [child]) {
      if (isNode(item)) yield* walkNodes(item);
    }
  }
}

/** Line of an offset, counted from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** `path:line message` for each, the form in which failed expectations are read. */
export function describeViolations(violations: readonly Violation[]): readonly string[] {
  return violations.map(({ path, line, message }) =>
    line === undefined ? `${path} ${message}` : `${path}:${line} ${message}`,
  );
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string'
  );
}
