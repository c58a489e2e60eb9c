import { invariant } from '../../../base/invariant.ts';
import type {
  Attributes,
  Graph,
  GraphBuilder,
  HostValues,
  Node,
  Value,
  ValueType,
} from './graph.ts';

/** Constants of at most so many elements are shared where they are equal: axes, shapes, factors. */
const sharedUpTo = 16;

/** Collects the nodes of a computation while it is traced. Names follow the order of the calls. */
export class GraphRecorder implements GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #constants = new Map<string, { readonly value: Value; readonly host: HostValues }>();
  readonly #shared = new Map<string, Value>();
  readonly #nodes: Node[] = [];
  #count = 0;

  /** A value that the host feeds; its name must not start with #. */
  input(name: string, type: ValueType): Value {
    const isNew = this.#inputs.every((input) => input.name !== name) && !name.startsWith('#');
    invariant(isNew, `an input of a graph has a name of its own, unlike ${name}`);
    const value = { name, ...type };
    this.#inputs.push(value);
    return value;
  }

  op(
    operator: string,
    inputs: readonly (Value | undefined)[],
    output: ValueType,
    attributes: Attributes = {},
  ): Value {
    const [value] = this.ops(operator, inputs, [output], attributes);
    invariant(value, 'a node has the outputs that it was given');
    return value;
  }

  ops(
    operator: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly ValueType[],
    attributes: Attributes = {},
  ): readonly Value[] {
    const values = outputs.map((type) => this.#value(type));
    this.#nodes.push({ operator, inputs, outputs: values, attributes });
    return values;
  }

  constant(host: HostValues, type: ValueType): Value {
    const { dtype, shape } = type;
    const key = host.length <= sharedUpTo ? `${dtype} [${shape}] ${exactText(host)}` : undefined;
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known) return known;
    const value = this.#value(type);
    this.#constants.set(value.name, { value, host });
    if (key !== undefined) this.#shared.set(key, value);
    return value;
  }

  known(value: Value): HostValues | undefined {
    return this.#constants.get(value.name)?.host;
  }

  /**
   * All that was recorded. The outputs get the names given, or '0', '1', …; those that nothing
   * computes, or that occur twice, a node of their own.
   */
  finish(outputs: Readonly<Record<string, Value>> | readonly Value[]): Graph {
    const free = new Set(this.#nodes.flatMap((node) => node.outputs.map(({ name }) => name)));
    const copies: Node[] = [];
    const renamed = new Map<string, Value>();
    const named = Object.entries(outputs).map(([name, value]) => {
      const output = { ...value, name };
      if (free.delete(value.name)) renamed.set(value.name, output);
      else
        copies.push({ operator: 'Identity', inputs: [value], outputs: [output], attributes: {} });
      return output;
    });
    const rename = (value: Value): Value => renamed.get(value.name) ?? value;
    const nodes = [...this.#nodes, ...copies].map((node) => ({
      ...node,
      inputs: node.inputs.map((input) => input && rename(input)),
      outputs: node.outputs.map(rename),
    }));
    return { inputs: this.#inputs, constants: this.#constants, nodes, outputs: named };
  }

  #value({ shape, dtype }: ValueType): Value {
    this.#count += 1;
    return { name: `#${this.#count}`, shape: [...shape], dtype };
  }
}

/** Tells −0 from 0, which a join of numbers would not. */
function exactText(host: HostValues): string {
  const values: ArrayLike<bigint | number> = host;
  return Array.from(values, (value) => (Object.is(value, -0) ? '-0' : String(value))).join();
}
