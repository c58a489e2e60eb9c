import type { Graph, HostValues, Node, Value } from './graph.ts';

/** A value that is not computed unless it is needed as it is. */
interface Lazy {
  readonly value: Value;
  /** What is multiplied; undefined for 1 everywhere. */
  readonly base: Value | undefined;
  /** One number, of shape []. */
  readonly factor: Value;
}

/**
 * The same graph with chains of products and quotients with single numbers as one product: the
 * gradient of a mean is spread over its batch, divided, and multiplied by the loss's weight, in one
 * pass instead of one for each. Differs by rounding.
 */
export function scalarFactorsJoined(graph: Graph): Graph {
  const joiner = new Joiner(graph);
  for (const node of graph.nodes) joiner.add(node);
  return joiner.finish();
}

class Joiner {
  readonly #graph: Graph;
  readonly #outputs: ReadonlySet<string>;
  readonly #constants: Map<string, { readonly value: Value; readonly host: HostValues }>;
  readonly #nodes: Node[] = [];
  readonly #lazy = new Map<string, Lazy>();
  readonly #scalars = new Map<string, Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    this.#constants = new Map(graph.constants);
  }

  add(node: Node): void {
    const [output] = node.outputs;
    const lazy = output && this.#asLazy(node, output);
    if (lazy && this.#outputs.has(lazy.value.name)) this.#compute(lazy);
    else if (lazy) this.#lazy.set(lazy.value.name, lazy);
    else {
      for (const input of node.inputs) if (input) this.#need(input);
      this.#nodes.push(node);
    }
  }

  finish(): Graph {
    return { ...this.#graph, constants: this.#constants, nodes: this.#nodes };
  }

  #asLazy({ operator, inputs }: Node, output: Value): Lazy | undefined {
    const [first, second] = inputs;
    const isKnown = operator === 'Mul' || operator === 'Div';
    if (!isKnown || !first || !second || output.dtype !== 'float32' || sizeOf(output) === 1) {
      return undefined;
    }
    if (operator === 'Div') return this.#scaled(output, first, second, 'Div');
    return this.#scaled(output, first, second, 'Mul') ?? this.#scaled(output, second, first, 'Mul');
  }

  /** `of`, which has the output's shape or is one number, times or over `by`, if that is one number. */
  #scaled(output: Value, of: Value, by: Value, operator: 'Div' | 'Mul'): Lazy | undefined {
    if (!this.#isUniform(by)) return undefined;
    if (this.#isUniform(of)) {
      const factor = this.#combined(operator, this.#uniform(of), this.#uniform(by));
      return { value: output, base: undefined, factor };
    }
    if (String(of.shape) !== String(output.shape)) return undefined;
    const inner = this.#lazy.get(of.name);
    if (inner) {
      const factor = this.#combined(operator, inner.factor, this.#uniform(by));
      return { value: output, base: inner.base, factor };
    }
    // A quotient of something computed stays one: its reciprocal would be rounded once more.
    return operator === 'Div' ? undefined : { value: output, base: of, factor: this.#uniform(by) };
  }

  #isUniform(value: Value): boolean {
    if (value.dtype !== 'float32') return false;
    if (sizeOf(value) === 1) return true;
    const lazy = this.#lazy.get(value.name);
    if (lazy) return lazy.base === undefined;
    const host = this.#constants.get(value.name)?.host;
    return host instanceof Float32Array && host.every((each) => Object.is(each, host[0]));
  }

  /** The one number that a uniform value consists of, as a scalar. */
  #uniform(value: Value): Value {
    const lazy = this.#lazy.get(value.name);
    if (lazy) return lazy.factor;
    if (value.shape.length === 0) return value;
    const known = this.#scalars.get(value.name);
    if (known) return known;
    const scalar: Value = { name: `${value.name}/one`, shape: [], dtype: 'float32' };
    this.#scalars.set(value.name, scalar);
    const host = this.#constants.get(value.name)?.host;
    if (host instanceof Float32Array) {
      this.#constants.set(scalar.name, { value: scalar, host: host.slice(0, 1) });
    } else {
      this.#nodes.push({
        operator: 'Reshape',
        inputs: [value, this.#shape([])],
        outputs: [scalar],
        attributes: {},
      });
    }
    return scalar;
  }

  #combined(operator: 'Div' | 'Mul', left: Value, right: Value): Value {
    const name = `${operator} ${left.name} ${right.name}`;
    const known = this.#scalars.get(name);
    if (known) return known;
    const output: Value = { name, shape: [], dtype: 'float32' };
    this.#nodes.push({ operator, inputs: [left, right], outputs: [output], attributes: {} });
    this.#scalars.set(name, output);
    return output;
  }

  /** Computes a value that is used as it is, once. */
  #need({ name }: Value): void {
    const lazy = this.#lazy.get(name);
    if (!lazy) return;
    this.#lazy.delete(name);
    this.#compute(lazy);
  }

  #compute({ value, base, factor }: Lazy): void {
    if (base) this.#need(base);
    const node = base
      ? { operator: 'Mul', inputs: [base, factor] }
      : { operator: 'Expand', inputs: [factor, this.#shape(value.shape)] };
    this.#nodes.push({ ...node, outputs: [value], attributes: {} });
  }

  #shape(shape: readonly number[]): Value {
    const name = `shape [${shape}]`;
    const value: Value = { name, shape: [shape.length], dtype: 'int64' };
    this.#constants.set(name, { value, host: BigInt64Array.from(shape, BigInt) });
    return value;
  }
}

function sizeOf({ shape }: Value): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
