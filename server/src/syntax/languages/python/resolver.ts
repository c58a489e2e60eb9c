import type { ConfigNode, SumDefinition } from '../../configTree.ts';
import type { Definition, Definitions } from './definitions.ts';
import { holdsLiteral, literalValue } from './pythonValue.ts';
import {
  childAt,
  codeOf,
  lastName,
  type NameScope,
  type PythonNode,
  textOf,
  unwrap,
} from './syntaxTree.ts';

/** From name to name to name: `w` is `self.w` is the parameter `w` is `args.w`, and no further. */
const longestWay = 6;
/** Of a name that is set in more places, the last ones are told; only generated programs have such. */
const mostPlaces = 200;

/** Follows names to where their value is set in the same file. */
export class Resolver {
  readonly #definitions: Definitions;
  /**
   * Where the definitions of a name have been found to lead, by the steps that were taken before:
   * names that are set many times out of each other are gone through once.
   */
  readonly #found = new Map<readonly Definition[], (SumDefinition | undefined)[]>();
  /** The definitions of a name that are no options. */
  readonly #plain = new Map<readonly Definition[], readonly Definition[]>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** The definition with a literal that an expression, within classes and functions, stands for. */
  resolve(expression: PythonNode, scope: NameScope, steps = 0): SumDefinition | undefined {
    if (steps > longestWay) return undefined;
    const node = unwrap(expression);
    if (node.type === 'identifier')
      return this.#resolveName(textOf(scope.source, node), scope, steps);
    if (node.type === 'attribute') {
      return this.#resolveMember(childAt(node, 'object'), this.#name(node, scope), scope, steps);
    }
    if (node.type === 'subscript') return this.#resolveItem(node, scope, steps);
    return this.#resolveInner(node, scope, steps);
  }

  /** `float(args.w)`, `args.w or 1`, `args.w if args.w else 0`, `args.get("w")`. */
  #resolveInner(node: PythonNode, scope: NameScope, steps: number): SumDefinition | undefined {
    if (node.type === 'conditional_expression' || node.type === 'boolean_operator') {
      return this.#firstOf(codeOf(node), scope, steps);
    }
    if (node.type !== 'call') return undefined;
    const callee = childAt(node, 'function');
    const words = codeOf(childAt(node, 'arguments'));
    const name = lastName(scope.source, callee) ?? '';
    if (name === 'get') return this.#resolveKey(childAt(callee, 'object'), words[0], scope, steps);
    if (name === 'getattr') return this.#resolveKey(words[0], words[1], scope, steps);
    return passing.has(name) ? this.#firstOf(words.slice(0, 1), scope, steps) : undefined;
  }

  #firstOf(
    nodes: readonly PythonNode[],
    scope: NameScope,
    steps: number,
  ): SumDefinition | undefined {
    for (const node of nodes) {
      const found = this.resolve(node, scope, steps + 1);
      if (found) return found;
    }
    return undefined;
  }

  #resolveItem(node: PythonNode, scope: NameScope, steps: number): SumDefinition | undefined {
    const object = childAt(node, 'value');
    const key = childAt(node, 'subscript');
    const word = key && literalValue(scope.source, key);
    if (word === null || word === undefined)
      return object && this.resolve(object, scope, steps + 1);
    if (typeof word === 'number') {
      const whole = object && this.resolve(object, scope, steps + 1);
      return whole && memberOf(whole, String(word));
    }
    return this.#resolveKey(object, key, scope, steps);
  }

  #resolveKey(
    object: PythonNode | undefined,
    key: PythonNode | undefined,
    scope: NameScope,
    steps: number,
  ): SumDefinition | undefined {
    const word = key && literalValue(scope.source, key);
    return typeof word === 'string' ? this.#resolveMember(object, word, scope, steps) : undefined;
  }

  /** A plain name: in the innermost scope that sets it. */
  #resolveName(name: string, scope: NameScope, steps: number): SumDefinition | undefined {
    for (const definitions of this.#definitions.within(scope.names, name)) {
      const found = this.#best(this.#withoutOptions(definitions), steps);
      if (found) return found;
    }
    return undefined;
  }

  /**
   * A member of something: of a mapping that is known, else whatever bears its name, options first,
   * as `opt` and `args` are made far from where they are used.
   */
  #resolveMember(
    object: PythonNode | undefined,
    name: string,
    scope: NameScope,
    steps: number,
  ): SumDefinition | undefined {
    const whole = object && this.resolve(object, scope, steps + 1);
    const member = whole && memberOf(whole, name);
    if (member) return member;
    const holder = object ? this.#name(object, scope) : '';
    const own = holder === 'self' ? this.#ownMember(name, scope, steps) : undefined;
    if (own) return own;
    const held = this.#best(this.#definitions.heldBy(holder, name), steps);
    if (held) return held;
    for (const origin of ['option', 'field', 'parameter'] as const) {
      const found = this.#best(this.#definitions.ofOrigin(origin, name), steps);
      if (found) return found;
    }
    return undefined;
  }

  /** `self.x` in the class that sets it. */
  #ownMember(name: string, scope: NameScope, steps: number): SumDefinition | undefined {
    for (const definitions of this.#definitions.within(scope.names, name, 1)) {
      const found = this.#best(definitions, steps);
      if (found) return found;
    }
    return undefined;
  }

  #withoutOptions(definitions: readonly Definition[]): readonly Definition[] {
    const known = this.#plain.get(definitions);
    if (known) return known;
    const plain = definitions.filter(({ origin }) => origin !== 'option');
    this.#plain.set(definitions, plain);
    return plain;
  }

  #best(definitions: readonly Definition[], steps: number): SumDefinition | undefined {
    if (definitions.length === 0) return undefined;
    const known = this.#found.get(definitions) ?? [];
    if (steps in known) return known[steps];
    this.#found.set(definitions, known);
    known[steps] = this.#findBest(definitions, steps);
    return known[steps];
  }

  /** The last with a literal, and those that it does not always replace; else where they lead to. */
  #findBest(definitions: readonly Definition[], steps: number): SumDefinition | undefined {
    const literals = definitions.filter(({ value }) => holdsNumber(value)).slice(-mostPlaces);
    const last = literals.at(-1);
    if (last) {
      const others = literals.filter((one, index) => !isReplaced(one, literals, index + 1));
      const alternatives = others.filter((one) => one !== last).map(toPlace);
      return alternatives.length > 0 ? { ...toPlace(last), alternatives } : toPlace(last);
    }
    for (const { expression, scope } of definitions) {
      const found = this.resolve(expression, scope, steps + 1);
      if (found) return found;
    }
    return undefined;
  }

  #name(node: PythonNode, scope: NameScope): string {
    return lastName(scope.source, node) ?? '';
  }
}

/** Functions whose value is that of their argument. */
const passing = new Set(['float', 'int', 'Variable', 'tensor', 'Parameter', 'as_tensor', 'eval']);

function toPlace({ path, keyRange, value }: Definition): SumDefinition {
  return { path, keyRange, node: value };
}

/** True where one of the definitions from an index on is always reached behind this one. */
function isReplaced(one: Definition, all: readonly Definition[], from: number): boolean {
  for (let index = from; index < all.length; index += 1) {
    const later = all[index];
    if (later && replaces(later, one)) return true;
  }
  return false;
}

/** True where the later of two definitions of a name is reached whenever the earlier one was. */
function replaces(later: Definition, earlier: Definition): boolean {
  const isSame = later.path.length === earlier.path.length && later.origin === earlier.origin;
  return !isSame || later.branches.every((branch, index) => branch === earlier.branches[index]);
}

function holdsNumber(value: ConfigNode): boolean {
  return value.kind === 'scalar' ? typeof value.value === 'number' : holdsLiteral(value);
}

function memberOf({ path, node }: SumDefinition, key: string): SumDefinition | undefined {
  if (node.kind === 'mapping') {
    const entry = node.entries.findLast((candidate) => candidate.key === key);
    return entry?.value && { path: [...path, key], keyRange: entry.keyRange, node: entry.value };
  }
  const item = node.kind === 'sequence' ? node.items[Number(key)] : undefined;
  return item && { path: [...path, key], keyRange: item.range, node: item };
}
