import { shiftRange } from '../../../base/textRange.ts';
import type { Addend, Operand, WeightedSum } from '../../configTree.ts';
import { literalValue } from './pythonValue.ts';
import type { Resolver } from './resolver.ts';
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

/** A place where something is computed. */
interface SumSite {
  readonly expression: PythonNode;
  /** By dots, as in WeightedSum. */
  readonly target: string;
  readonly accumulates: boolean;
  readonly scope: NameScope;
}

/** A sum as far as its own text says what it is; its ranges are those in its piece of the program. */
export interface ReadSum extends Omit<WeightedSum, 'scope' | 'addends'> {
  readonly scope: NameScope;
  readonly addends: readonly ReadAddend[];
}

interface ReadAddend extends Omit<Addend, 'operands'> {
  readonly operands: readonly ReadOperand[];
}

interface ReadOperand extends Omit<Operand, 'definition'> {
  /** Of references: what names the definition. */
  readonly reference: PythonNode | undefined;
}

/** The sum at a place; undefined where nothing is added to something or multiplied. */
export function readSum({ expression, target, accumulates, scope }: SumSite): ReadSum | undefined {
  const addends = new SumReader(scope).read(expression);
  if (!addends.some(({ operands }) => operands.length > 1)) return undefined;
  return { target, scope, accumulates, range: expression.range, addends };
}

/** The sum of a piece that begins at an offset of the file, with the definitions in that file. */
export function toWeightedSum(sum: ReadSum, offset: number, resolver: Resolver): WeightedSum {
  const { target, accumulates, range, scope } = sum;
  const addends = sum.addends.map((addend) => ({
    range: shiftRange(addend.range, offset),
    operands: addend.operands.map((operand) => toOperand(operand, offset, scope, resolver)),
    isGroup: addend.isGroup,
  }));
  return { target, scope: scope.names, accumulates, range: shiftRange(range, offset), addends };
}

function toOperand(
  { kind, range, text, divides, value, name, reference }: ReadOperand,
  offset: number,
  scope: NameScope,
  resolver: Resolver,
): Operand {
  const definition = reference && resolver.resolve(reference, scope);
  return { kind, range: shiftRange(range, offset), text, divides, value, name, definition };
}

class SumReader {
  readonly #source: PythonSource;

  constructor({ source }: NameScope) {
    this.#source = source;
  }

  read(expression: PythonNode): readonly ReadAddend[] {
    const node = unwrap(expression);
    const operator = childAt(node, 'operator')?.type ?? '';
    if (node.type === 'binary_operator' && (operator === '+' || operator === '-')) {
      return partsOf(node).flatMap((part) => this.read(part));
    }
    if (node.type === 'binary_operator' && (operator === '*' || operator === '/')) {
      return this.#readProduct(node);
    }
    const inner = this.#innerParts(node);
    if (inner) return inner.flatMap((part) => this.read(part));
    const operands = [this.#operand(node, false)];
    return [{ range: node.range, operands, isGroup: false }];
  }

  /** What is added up in an expression that is no plain sum itself. */
  #innerParts(node: PythonNode): readonly PythonNode[] | undefined {
    if (node.type === 'unary_operator') {
      const argument = childAt(node, 'argument');
      return argument && literalValue(this.#source, node) === null ? [argument] : undefined;
    }
    // `w * x if w > 0 else 0`
    if (node.type === 'conditional_expression')
      return codeOf(node).filter((_, index) => index !== 1);
    return node.type === 'call' ? this.#partsOfCall(node) : undefined;
  }

  /** `(a + b).mean()`, `sum([a, b])`, `tf.add_n([a, b])`, `sum(w[k] * loss[k] for k in loss)`. */
  #partsOfCall(call: PythonNode): readonly PythonNode[] | undefined {
    const callee = childAt(call, 'function');
    const object = childAt(callee, 'object');
    if (object?.type === 'parenthesized_expression') {
      return reductions.has(lastName(this.#source, callee) ?? '') ? [object] : undefined;
    }
    if (!this.#addsUp(callee)) return undefined;
    const given = childAt(call, 'arguments');
    if (!given) return undefined;
    const summed = given.type === 'generator_expression' ? given : codeOf(given)[0];
    if (summed?.type === 'list' || summed?.type === 'tuple') return codeOf(summed);
    const body = childAt(summed, 'body');
    return body && [body];
  }

  #addsUp(callee: PythonNode | undefined): boolean {
    return textOf(this.#source, callee) === 'sum' || lastName(this.#source, callee) === 'add_n';
  }

  #readProduct(node: PythonNode): readonly ReadAddend[] {
    const parts = factorsOf(node, false);
    const group = parts.find(({ factor, divides }) => !divides && this.#isSum(factor));
    const operands = parts.map(({ factor, divides }) => this.#operand(factor, divides));
    const addend = {
      range: node.range,
      operands,
      isGroup: group !== undefined,
    };
    return group ? [addend, ...this.read(group.factor)] : [addend];
  }

  #isSum(node: PythonNode): boolean {
    const inner = unwrap(node);
    const operator = childAt(inner, 'operator')?.type;
    return inner.type === 'binary_operator' && (operator === '+' || operator === '-');
  }

  #operand(node: PythonNode, divides: boolean): ReadOperand {
    const value = literalValue(this.#source, node);
    const isReference = references.has(node.type);
    return {
      kind: typeof value === 'number' ? 'number' : isReference ? 'reference' : 'expression',
      range: node.range,
      text: textOf(this.#source, node),
      divides,
      value: typeof value === 'number' ? value : undefined,
      name: this.#nameOf(node),
      reference: isReference ? node : undefined,
    };
  }

  #nameOf(expression: PythonNode | undefined): string {
    if (!expression) return '';
    const node = unwrap(expression);
    switch (node.type) {
      case 'identifier':
      case 'attribute':
        return lastName(this.#source, node) ?? '';
      case 'subscript':
        return this.#nameOfItem(node);
      case 'call':
        return this.#nameOfCall(node);
      case 'unary_operator':
        return this.#nameOf(childAt(node, 'argument'));
      case 'await':
      case 'conditional_expression':
        return this.#nameOf(codeOf(node)[0]);
      default:
        return '';
    }
  }

  #nameOfItem(node: PythonNode): string {
    const key = childAt(node, 'subscript');
    const text = key && literalValue(this.#source, key);
    return typeof text === 'string' ? text : this.#nameOf(childAt(node, 'value'));
  }

  /** Of what is averaged, the name of that; else the function's. */
  #nameOfCall(call: PythonNode): string {
    const callee = childAt(call, 'function');
    const name = lastName(this.#source, callee);
    if (name === undefined) return this.#nameOf(callee);
    if (!reductions.has(name)) return name;
    const object = childAt(callee, 'object');
    const isLibrary = object?.type === 'identifier' && libraries.has(textOf(this.#source, object));
    return this.#nameOf(isLibrary || !object ? codeOf(childAt(call, 'arguments'))[0] : object);
  }
}

const references = new Set(['identifier', 'attribute', 'subscript']);
const reductions = new Set([
  ...['mean', 'sum', 'item', 'detach', 'squeeze', 'float', 'to', 'cuda', 'cpu', 'view', 'abs'],
  ...[
    'reshape',
    'reduce_mean',
    'reduce_sum',
    'clamp',
    'norm',
    'type_as',
    'unsqueeze',
    'contiguous',
  ],
]);
const libraries = new Set([
  'torch',
  'tf',
  'np',
  'numpy',
  'jnp',
  'jax',
  'K',
  'F',
  'paddle',
  'mx',
  'ops',
]);

function partsOf(node: PythonNode): readonly PythonNode[] {
  return node.children.filter(({ field }) => field === 'left' || field === 'right');
}

/** The factors of nested products, in the order of the text; in parentheses only products are opened. */
function factorsOf(
  node: PythonNode,
  divides: boolean,
): readonly { readonly factor: PythonNode; readonly divides: boolean }[] {
  const inner = unwrap(node);
  const operator = childAt(inner, 'operator')?.type;
  const left = childAt(inner, 'left');
  const right = childAt(inner, 'right');
  if (inner.type !== 'binary_operator' || !left || !right) return [{ factor: inner, divides }];
  if (operator !== '*' && operator !== '/') return [{ factor: inner, divides }];
  const rightDivides = operator === '/' ? !divides : divides;
  return [...factorsOf(left, divides), ...factorsOf(right, rightDivides)];
}
