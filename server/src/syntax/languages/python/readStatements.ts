import type { EntryOrigin } from '../../configTree.ts';
import { noteBehind } from '../../notes.ts';
import { lastOfChain, pairsOf } from './assignments.ts';
import type { Finding, KeyPlace } from './definitions.ts';
import { noteOf } from './notes.ts';
import { describedDefault, optionOf } from './options.ts';
import { holdsLiteral, literalValue, toConfigNode } from './pythonValue.ts';
import { type ReadSum, readSum } from './sums.ts';
import {
  childAt,
  codeOf,
  lastName,
  type NameScope,
  type PythonNode,
  type PythonSource,
  textOf,
  unwrap,
} from './syntaxTree.ts';

/** What a piece of a program says: the names that get values, and what is computed by sums. */
export interface ProgramFacts {
  readonly findings: readonly Finding[];
  readonly sums: readonly ReadSum[];
}

/** The classes and functions around a statement. */
export interface Scope {
  readonly keys: readonly KeyPlace[];
  /** How many of them lead to the innermost class, whose fields `self.x` are; 0 outside of one. */
  readonly classDepth: number;
  readonly isClassBody: boolean;
  /** The blocks around, within the innermost function or class, that are run on some condition only. */
  readonly branches: readonly PythonNode[];
}

/**
 * Reads statements within a scope. The ranges of what is found are those in their source, its keys
 * those below the scope, or, of options, below the root.
 */
export function readStatements(
  source: PythonSource,
  statements: readonly PythonNode[],
  scope: Scope,
): ProgramFacts {
  const reader = new StatementReader(source, scope.keys.length);
  reader.readAll(statements, scope);
  return { findings: reader.findings, sums: reader.sums };
}

/** Reads what is said of a statement. */
type Note = () => string | undefined;

class StatementReader {
  readonly findings: Finding[] = [];
  readonly sums: ReadSum[] = [];
  readonly #source: PythonSource;
  /** How many keys of every place are those of the scope around. */
  readonly #outerKeys: number;

  constructor(source: PythonSource, outerKeys: number) {
    this.#source = source;
    this.#outerKeys = outerKeys;
  }

  readAll(statements: readonly PythonNode[], scope: Scope): void {
    for (const [index, statement] of statements.entries()) {
      this.#readStatement(statement, scope, () => noteOf(this.#source, statements, index));
    }
  }

  #readStatement(node: PythonNode, scope: Scope, note: Note): void {
    switch (node.type) {
      case 'comment':
        return;
      case 'expression_statement':
        for (const expression of codeOf(node)) this.#readExpression(expression, scope, note);
        return;
      case 'class_definition':
      case 'function_definition':
        this.#readNamed(node, scope);
        return;
      case 'return_statement':
        this.#readResult(node, scope);
        return;
      case 'block':
        this.readAll(node.children, scope);
        return;
      default:
        this.#readParts(node, scope);
    }
  }

  /** Branches, loops and the like: their blocks belong to the scope that they stand in. */
  #readParts(node: PythonNode, scope: Scope): void {
    for (const child of node.children) {
      if (child.type === 'block') this.readAll(child.children, branchOf(node, child, scope));
      else if (statementParts.test(child.type)) this.#readStatement(child, scope, () => undefined);
      else this.#harvest(child, scope);
    }
  }

  #readNamed(node: PythonNode, scope: Scope): void {
    const name = childAt(node, 'name');
    const body = childAt(node, 'body');
    if (!name) return;
    const keys = [...scope.keys, { key: textOf(this.#source, name), range: name.range }];
    const isClassBody = node.type === 'class_definition';
    const classDepth = isClassBody ? keys.length : scope.classDepth;
    const inner = { keys, classDepth, isClassBody, branches: [] };
    const parameters = childAt(node, 'parameters');
    for (const parameter of codeOf(parameters)) this.#readParameter(parameter, inner);
    if (body) this.readAll(body.children, inner);
  }

  #readParameter(parameter: PythonNode, scope: Scope): void {
    const name = childAt(parameter, 'name');
    const value = childAt(parameter, 'value');
    if (!name || !value) return;
    this.#define([...scope.keys, this.#keyOf(name)], value, scope, {
      origin: 'parameter',
      note: noteBehind(this.#source.text, parameter.range.end, '#'),
    });
  }

  #readExpression(node: PythonNode, scope: Scope, note: Note): void {
    if (node.type === 'assignment') this.#readAssignment(node, scope, note);
    else if (node.type === 'augmented_assignment') this.#readAugmented(node, scope);
    else this.#harvest(node, scope);
  }

  #readAssignment(node: PythonNode, scope: Scope, note: Note): void {
    const left = childAt(node, 'left');
    const right = childAt(node, 'right');
    if (!left || !right) return;
    if (right.type === 'assignment') {
      this.#readAssignment(right, scope, note);
      const value = lastOfChain(right);
      if (value) this.#assign(left, value, scope, note);
      return;
    }
    const pairs = pairsOf(left, right);
    if (pairs.length > 0) {
      for (const [name, value] of pairs) this.#assignSum(name, value, scope, note);
      return;
    }
    this.#assignSum(left, right, scope, note);
  }

  #assignSum(left: PythonNode, right: PythonNode, scope: Scope, note: Note): void {
    this.#assign(left, right, scope, note);
    const accumulates = this.#repeats(left, right);
    this.#addSite(right, { target: this.#dotted(left), accumulates, scope });
  }

  /** `loss = loss + x` */
  #repeats(left: PythonNode, right: PythonNode): boolean {
    let first = unwrap(right);
    while (first.type === 'binary_operator') first = childAt(first, 'left') ?? left;
    return first !== left && textOf(this.#source, first) === textOf(this.#source, left);
  }

  #assign(left: PythonNode, value: PythonNode, scope: Scope, note: Note): void {
    const keys = this.#keysOf(left, scope);
    const described = describedDefault(this.#source, value);
    if (!keys) {
      this.#harvest(value, scope);
      return;
    }
    const origin = scope.isClassBody ? 'field' : 'assignment';
    this.#define(keys, described.value, scope, { origin, note: described.note ?? note() });
  }

  #define(
    keys: readonly KeyPlace[],
    expression: PythonNode,
    scope: Scope,
    { origin, note }: { origin: EntryOrigin; note: string | undefined },
  ): void {
    const value = toConfigNode(this.#source, expression);
    const isEntry = holdsLiteral(value);
    const names = this.#namesIn(scope);
    const own = keys.slice(this.#outerKeys);
    const { branches } = scope;
    const finding = { keys: own, value, origin, note, expression, scope: names, branches };
    this.findings.push({ ...finding, isEntry });
    this.#harvest(expression, scope, isEntry);
  }

  #readAugmented(node: PythonNode, scope: Scope): void {
    const left = childAt(node, 'left');
    const right = childAt(node, 'right');
    const operator = childAt(node, 'operator')?.type;
    if (!left || !right) return;
    this.#harvest(right, scope);
    if (operator !== '+=' && operator !== '-=') return;
    this.#addSite(right, { target: this.#dotted(left), accumulates: true, scope });
  }

  #readResult(node: PythonNode, scope: Scope): void {
    const [value] = codeOf(node);
    if (!value) return;
    this.#harvest(value, scope);
    const target = scope.keys
      .map(({ key }) => key)
      .slice(-2)
      .join('.');
    // `return a + 0.1 * b, a, b`
    const values = listed.has(value.type) ? codeOf(value) : [value];
    for (const one of values) this.#addSite(one, { target, accumulates: false, scope });
  }

  /** Notes an expression that adds or multiplies; in a dictionary, each of its values. */
  #addSite(
    expression: PythonNode,
    { target, accumulates, scope }: { target: string; accumulates: boolean; scope: Scope },
  ): void {
    const node = unwrap(expression);
    if (node.type === 'dictionary') {
      for (const pair of codeOf(node)) this.#addPair(pair, target, scope);
      return;
    }
    if (!computing.has(node.type)) return;
    const sum = readSum({ expression: node, target, accumulates, scope: this.#namesIn(scope) });
    if (sum) this.sums.push(sum);
  }

  #addPair(pair: PythonNode, target: string, scope: Scope): void {
    const key = childAt(pair, 'key');
    const value = childAt(pair, 'value');
    const name = key && literalValue(this.#source, key);
    if (!value || typeof name !== 'string') return;
    this.#addSite(value, { target: `${target}.${name}`, accumulates: false, scope });
  }

  /**
   * Finds the calls in an expression that declare options, name arguments or train with a sum.
   * `isConverted` is true within a value that is in the tree already.
   */
  #harvest(node: PythonNode, scope: Scope, isConverted = false): void {
    if (node.children.length === 0) return;
    const inTree = node.type === 'call' ? this.#readCall(node, scope, isConverted) : isConverted;
    for (const child of node.children) {
      this.#harvest(
        child,
        scope,
        inTree && converted.has(child.type) && child.field !== 'function',
      );
    }
  }

  /** @returns true where the arguments of the call are in the tree now */
  #readCall(call: PythonNode, scope: Scope, isConverted: boolean): boolean {
    const option = optionOf(this.#source, call);
    const names = this.#namesIn(scope);
    if (option && holdsLiteral(option.value)) {
      const { key, ...rest } = option;
      const keys = [key];
      this.findings.push({ ...rest, ...always, keys, origin: 'option', scope: names });
      return true;
    }
    this.#readBackward(call, scope);
    const callee = childAt(call, 'function');
    const name = lastName(this.#source, callee);
    if (isConverted || !name || !callee || !hasKeywords(call)) return isConverted;
    const value = toConfigNode(this.#source, call);
    if (value.kind === 'scalar' || !holdsLiteral(value)) return false;
    const within = scope.keys.slice(this.#outerKeys);
    const keys = [...within, { key: name, range: callee.range }];
    const entry = { keys, value, origin: 'scope' as const, note: undefined, expression: call };
    this.findings.push({ ...entry, ...always, scope: names });
    return true;
  }

  /** `(a + 0.1 * b).backward(retain_graph=True)`, and `accelerator.backward(a + 0.1 * b)`. */
  #readBackward(call: PythonNode, scope: Scope): void {
    const callee = childAt(call, 'function');
    const name = lastName(this.#source, callee);
    if (name !== 'backward' && name !== 'manual_backward') return;
    const trained = firstPositional(call) ?? childAt(callee, 'object');
    const isScaled = lastName(this.#source, childAt(trained, 'function')) === 'scale';
    const loss = (isScaled ? firstPositional(trained) : undefined) ?? trained;
    if (loss) this.#addSite(loss, { target: 'loss', accumulates: false, scope });
  }

  /** Where an assignment puts its value: `x`, `self.x`, `cfg.a.b`, `weights["kl"]`. */
  #keysOf(left: PythonNode, scope: Scope): readonly KeyPlace[] | undefined {
    const keys = this.#chain(left);
    if (!keys) return undefined;
    const isOwn = keys.length > 1 && (keys[0]?.key === 'self' || keys[0]?.key === 'cls');
    if (isOwn && scope.classDepth > 0)
      return [...scope.keys.slice(0, scope.classDepth), ...keys.slice(1)];
    return [...scope.keys, ...keys];
  }

  #chain(node: PythonNode): readonly KeyPlace[] | undefined {
    if (node.type === 'identifier') return [this.#keyOf(node)];
    const object = childAt(node, node.type === 'subscript' ? 'value' : 'object');
    const part = childAt(node, node.type === 'subscript' ? 'subscript' : 'attribute');
    if (!object || !part) return undefined;
    const before = this.#chain(object);
    const key =
      node.type === 'subscript' ? literalValue(this.#source, part) : this.#keyOf(part).key;
    if (!before || typeof key !== 'string') return undefined;
    return [...before, { key, range: part.range }];
  }

  #namesIn({ keys }: Scope): NameScope {
    return { names: keys.map(({ key }) => key), source: this.#source };
  }

  #keyOf(node: PythonNode): KeyPlace {
    return { key: textOf(this.#source, node), range: node.range };
  }

  #dotted(left: PythonNode): string {
    const keys = this.#chain(left)?.map(({ key }) => key);
    return keys?.join('.') ?? textOf(this.#source, left);
  }
}

/** What a call says holds wherever it stands. */
const always = { branches: [], isEntry: true };

function branchOf(statement: PythonNode, block: PythonNode, scope: Scope): Scope {
  if (statement.type === 'with_statement') return scope;
  return { ...scope, branches: [...scope.branches, block] };
}

/** Nodes that are statements or hold some. */
const statementParts = /(?:_statement|_clause|_definition)$|^(?:block|comment|ERROR)$/;
/** Nodes whose parts are in the tree where they are. */
const converted = new Set([
  ...['argument_list', 'keyword_argument', 'dictionary', 'pair', 'list', 'tuple', 'set', 'call'],
  ...['parenthesized_expression', 'expression_list'],
]);
const listed = new Set(['expression_list', 'tuple']);
const computing = new Set(['binary_operator', 'conditional_expression', 'call', 'unary_operator']);

/** The argument of a call that comes first and has no name. */
function firstPositional(call: PythonNode | undefined): PythonNode | undefined {
  const [first] = codeOf(childAt(call, 'arguments'));
  return first?.type === 'keyword_argument' ? undefined : first;
}

/** True where anything but plain values is handed over. */
function hasKeywords(call: PythonNode): boolean {
  const given = childAt(call, 'arguments')?.children ?? [];
  return given.some(({ type }) => type === 'keyword_argument' || converted.has(type));
}
