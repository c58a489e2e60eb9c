import { type Graph, ints, type Node, type Value } from './graph.ts';

/**
 * The same computation with less to do: no node that nothing asks for, none that another has done
 * already, no copies, and one reshape or transpose where several follow each other. All else is left
 * to ONNX Runtime, which folds constants and fuses nodes when it loads a graph.
 */
export function simplify(graph: Graph): Graph {
  const simplifier = new Simplifier(graph.outputs);
  for (const node of graph.nodes) simplifier.add(node);
  return withoutUnused({ ...graph, nodes: simplifier.nodes });
}

/** Drops nodes, constants and inputs that no output depends on. */
export function withoutUnused({ inputs, constants, nodes, outputs }: Graph): Graph {
  const used = new Set(outputs.map(({ name }) => name));
  const needed = nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some(({ name }) => used.has(name))) return false;
      for (const input of node.inputs) if (input) used.add(input.name);
      return true;
    })
    .reverse();
  return {
    inputs: inputs.filter(({ name }) => used.has(name)),
    constants: new Map([...constants].filter(([name]) => used.has(name))),
    nodes: needed,
    outputs,
  };
}

/** Takes nodes in their order and keeps those that compute something new. */
class Simplifier {
  readonly nodes: Node[] = [];
  readonly #outputs: ReadonlySet<string>;
  readonly #makers = new Map<string, Node>();
  readonly #replaced = new Map<string, Value>();
  readonly #computed = new Map<string, readonly Value[]>();

  constructor(outputs: readonly Value[]) {
    this.#outputs = new Set(outputs.map(({ name }) => name));
  }

  add(original: Node): void {
    const inputs = original.inputs.map((input) => input && this.#current(input));
    const node = this.#joined({ ...original, inputs });
    const key = nodeKey(node);
    // An output of the graph keeps its name, so its node stays even where it repeats another.
    const isOutput = node.outputs.some(({ name }) => this.#outputs.has(name));
    const same = isOutput ? undefined : (this.#computed.get(key) ?? handedOn(node));
    if (same) this.#replace(node.outputs, same);
    else {
      this.#computed.set(key, node.outputs);
      for (const { name } of node.outputs) this.#makers.set(name, node);
      this.nodes.push(node);
    }
  }

  #current(value: Value): Value {
    return this.#replaced.get(value.name) ?? value;
  }

  #replace(values: readonly Value[], same: readonly Value[]): void {
    for (const [index, { name }] of values.entries()) {
      const other = same[index];
      if (other) this.#replaced.set(name, other);
    }
  }

  /** A reshape of a reshape reshapes the first; a transpose of a transpose is one. */
  #joined(node: Node): Node {
    const [data, ...rest] = node.inputs;
    const maker = data && this.#makers.get(data.name);
    if (!maker || maker.operator !== node.operator) return node;
    const source = maker.inputs[0];
    if (node.operator === 'Reshape') return { ...node, inputs: [source, ...rest] };
    if (node.operator !== 'Transpose') return node;
    const [inner, outer] = [permutation(maker), permutation(node)];
    const perm = outer.map((axis) => inner[axis] ?? axis);
    return { ...node, inputs: [source], attributes: { perm: ints(perm) } };
  }
}

/** What a node hands on unchanged. */
function handedOn(node: Node): readonly Value[] | undefined {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!input || !output) return undefined;
  const isCopy =
    node.operator === 'Identity' ||
    (node.operator === 'Reshape' && String(input.shape) === String(output.shape)) ||
    (node.operator === 'Transpose' && permutation(node).every((axis, index) => axis === index));
  return isCopy ? [input] : undefined;
}

/** Transpose without `perm` turns all axes around. */
function permutation({ attributes, outputs }: Node): readonly number[] {
  const { perm } = attributes;
  if (perm?.type === 'ints') return perm.value;
  return Array.from(outputs[0]?.shape ?? [], (_, index) => index).toReversed();
}

/** Nodes of the same key compute the same. */
function nodeKey({ operator, inputs, outputs, attributes }: Node): string {
  const types = outputs.map(({ shape, dtype }) => [shape, dtype]);
  return JSON.stringify([operator, inputs.map((input) => input?.name), types, attributes]);
}
