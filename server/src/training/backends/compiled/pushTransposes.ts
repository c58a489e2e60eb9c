import { type Graph, ints, type Node, type Value } from './graph.ts';
import { layoutRules } from './layoutRules.ts';

/** Axis i of an image [batch, channels, height, width] among [batch, height, width, channels]. */
const toFirst = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

/**
 * The same computation with images kept as [batch, channels, height, width] from one convolution to
 * the next. TensorFlow.js has the channels last and ONNX has them first, so each convolution turns
 * its images both ways. Here the turn back is put off for as long as what follows can be said with
 * the channels first: most often until the turn of the next convolution, which undoes it.
 */
export function pushTransposes(graph: Graph): Graph {
  const rewriting = new Rewriting(graph);
  for (const node of graph.nodes) rewriting.take(node);
  return rewriting.finish();
}

class Rewriting {
  readonly #graph: Graph;
  readonly #constants: Map<string, { value: Value; host: BigInt64Array }> = new Map();
  readonly #nodes: Node[] = [];
  readonly #outputs: ReadonlySet<string>;
  /** What has its channels first, by the name of the value that has them last. */
  readonly #first = new Map<string, Value>();
  /** Values with their channels last that nothing computes yet. */
  readonly #postponed = new Map<string, Value>();
  /** What stands for a value from now on. */
  readonly #replaced = new Map<string, Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
  }

  take(original: Node): void {
    const inputs = original.inputs.map(
      (input) => input && (this.#replaced.get(input.name) ?? input),
    );
    const node = { ...original, inputs };
    if (!this.#turn(node) && !this.#push(node)) this.#keep(node);
  }

  finish(): Graph {
    for (const output of this.#graph.outputs) this.#compute(output);
    const constants = new Map([...this.#graph.constants, ...this.#constants]);
    return { ...this.#graph, constants, nodes: this.#nodes };
  }

  /** A transpose between the two layouts is put off, or was done before; says whether it is one. */
  #turn(node: Node): boolean {
    const [input] = node.inputs;
    const [output] = node.outputs;
    const perm = node.attributes.perm;
    if (node.operator !== 'Transpose' || perm?.type !== 'ints' || !input || !output) return false;
    if (String(perm.value) === String(toLast)) {
      this.#first.set(output.name, input);
      this.#postponed.set(output.name, output);
      return true;
    }
    if (String(perm.value) !== String(toFirst) || this.#outputs.has(output.name)) return false;
    const first = this.#first.get(input.name);
    if (first) this.#replaced.set(output.name, first);
    else {
      this.#keep(node);
      this.#first.set(input.name, output);
    }
    return true;
  }

  /** Says the node with the channels first where that costs nothing; tells whether it was said. */
  #push(node: Node): boolean {
    const rule = layoutRules.get(node.operator);
    const turned = node.inputs.filter((input) => input && this.#first.has(input.name));
    if (!rule || turned.length === 0 || !this.#isWorthwhile(node)) return false;
    const said = rule({
      node,
      toFirst,
      first: (value) => this.#channelsFirst(value),
      constant: (name, values) => this.#constant(name, values),
      known: (value) => this.#known(value),
    });
    if (!said) return false;
    this.#nodes.push(said.node);
    const [output] = node.outputs;
    const [result] = said.node.outputs;
    if (output && result && said.isTurned) {
      this.#first.set(output.name, result);
      this.#postponed.set(output.name, output);
    }
    return true;
  }

  /** A second whole image that only exists with its channels last is turned only to save a turn. */
  #isWorthwhile({ inputs }: Node): boolean {
    const given = inputs.filter((input) => input !== undefined);
    const isStrange = (value: Value): boolean =>
      !this.#first.has(value.name) && value.shape.length === 4 && !keepsOrder(value.shape);
    return !given.some(isStrange) || given.some((value) => this.#postponed.has(value.name));
  }

  #keep(node: Node): void {
    for (const input of node.inputs) if (input) this.#compute(input);
    this.#nodes.push(node);
  }

  /** Computes a value that was put off. */
  #compute(value: Value): void {
    const first = this.#first.get(value.name);
    if (!first || !this.#postponed.delete(value.name)) return;
    const attributes = { perm: ints(toLast) };
    this.#nodes.push({ operator: 'Transpose', inputs: [first], outputs: [value], attributes });
  }

  /** What an operand that broadcasts to an image is with its channels first. */
  #channelsFirst(value: Value): Value {
    const known = this.#first.get(value.name);
    if (known || value.shape.every((extent) => extent === 1)) return known ?? value;
    const padded = [...Array(4 - value.shape.length).fill(1), ...value.shape];
    const shape = toFirst.map((axis) => padded[axis] ?? 1);
    const first = { ...value, name: `${value.name}/first`, shape };
    if (keepsOrder(padded)) {
      const target = this.#constant(`${first.name}/shape`, shape);
      this.#nodes.push(plainNode('Reshape', [value, target], first));
    } else {
      const whole = this.#withRank(value, padded);
      const attributes = { perm: ints(toFirst) };
      this.#nodes.push({ operator: 'Transpose', inputs: [whole], outputs: [first], attributes });
    }
    this.#first.set(value.name, first);
    return first;
  }

  #withRank(value: Value, shape: readonly number[]): Value {
    if (value.shape.length === shape.length) return value;
    const whole = { ...value, name: `${value.name}/whole`, shape };
    const target = this.#constant(`${whole.name}/shape`, shape);
    this.#nodes.push(plainNode('Reshape', [value, target], whole));
    return whole;
  }

  #constant(name: string, values: readonly number[]): Value {
    const value: Value = { name, shape: [values.length], dtype: 'int64' };
    this.#constants.set(name, { value, host: BigInt64Array.from(values, BigInt) });
    return value;
  }

  #known(value: Value): readonly number[] | undefined {
    const constant = this.#graph.constants.get(value.name);
    return constant && Array.from(constant.host, Number);
  }
}

const plainNode = (operator: string, inputs: readonly Value[], output: Value): Node => ({
  operator,
  inputs,
  outputs: [output],
  attributes: {},
});

/** Whether turning a shape moves no element: what has an extent stays in its order. */
function keepsOrder(shape: readonly number[]): boolean {
  const moved = toFirst.filter((axis) => (shape[axis] ?? 1) !== 1);
  return moved.every((axis, index) => index === 0 || axis > (moved[index - 1] ?? 0));
}
