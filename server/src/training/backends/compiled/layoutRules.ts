import { int, type Node, type Value } from './graph.ts';

/** What a rule is given: a node, some of whose inputs exist with their axes in another order. */
export interface LayoutCall {
  readonly node: Node;
  /** Axis i of the new order is axis `toFirst[i]` of the node's. */
  readonly toFirst: readonly number[];
  /** The value with its axes in the new order. */
  first(value: Value): Value;
  constant(name: string, values: readonly number[]): Value;
  /** The numbers of a constant. */
  known(value: Value): readonly number[] | undefined;
}

/** A node said with the new order; `isTurned` where its output has that order too. */
interface Said {
  readonly node: Node;
  readonly isTurned: boolean;
}

type LayoutRule = (call: LayoutCall) => Said | undefined;

const elementwiseOperators = [
  'Abs',
  'Add',
  'And',
  'Cast',
  'Ceil',
  'Clip',
  'Cos',
  'Div',
  'Elu',
  'Equal',
  'Erf',
  'Exp',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'Identity',
  'IsInf',
  'IsNaN',
  'LeakyRelu',
  'Less',
  'LessOrEqual',
  'Log',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Not',
  'Or',
  'PRelu',
  'Pow',
  'Reciprocal',
  'Relu',
  'Round',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Softplus',
  'Sqrt',
  'Sub',
  'Tanh',
  'Where',
  'Xor',
];
const reductions = [
  'ReduceL2',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
];

/** Operators whose result can be had with the axes of their inputs in another order, by name. */
export const layoutRules: ReadonlyMap<string, LayoutRule> = new Map<string, LayoutRule>([
  ...elementwiseOperators.map((operator) => [operator, elementwise] as const),
  ...reductions.map((operator) => [operator, reduction] as const),
  ['Concat', concatenation],
  ['Pad', padding],
  ['Slice', slicing],
]);

/** The output with its axes in the new order. */
function turned({ toFirst }: LayoutCall, output: Value): Value {
  const shape = toFirst.map((axis) => output.shape[axis] ?? 1);
  return { ...output, name: `${output.name}/first`, shape };
}

function elementwise(call: LayoutCall): Said | undefined {
  const { node } = call;
  const [output] = node.outputs;
  if (output?.shape.length !== call.toFirst.length) return undefined;
  const inputs = node.inputs.map((input) => input && call.first(input));
  return { node: { ...node, inputs, outputs: [turned(call, output)] }, isTurned: true };
}

/** Reduces the same axes under their new numbers; what is left must stay in order. */
function reduction(call: LayoutCall): Said | undefined {
  const { node, toFirst } = call;
  const [x, given] = node.inputs;
  const [output] = node.outputs;
  const axes = given ? call.known(given) : [...toFirst.keys()];
  if (!x || !output || !axes) return undefined;
  const isReduced = (axis: number): boolean =>
    axes.includes(axis) || axes.includes(axis - toFirst.length);
  const numbers = [...toFirst.keys()].filter((index) => isReduced(toFirst[index] ?? index));
  const keeps = node.attributes.keepdims;
  const isKept = keeps?.type !== 'int' || keeps.value !== 0;
  const left = toFirst.filter((axis) => !isReduced(axis));
  if (!isKept && left.some((axis, index) => axis < (left[index - 1] ?? axis))) return undefined;
  const inputs = [call.first(x), call.constant(`${output.name}/axes`, numbers)];
  const outputs = [isKept ? turned(call, output) : output];
  return { node: { ...node, inputs, outputs }, isTurned: isKept };
}

function concatenation(call: LayoutCall): Said | undefined {
  const { node, toFirst } = call;
  const axis = node.attributes.axis;
  if (axis?.type !== 'int') return undefined;
  const place = toFirst.indexOf(axis.value < 0 ? axis.value + toFirst.length : axis.value);
  const said = elementwise(call);
  return said && { ...said, node: { ...said.node, attributes: { axis: int(place) } } };
}

function padding(call: LayoutCall): Said | undefined {
  const { node, toFirst } = call;
  const [x, amounts, value, axes] = node.inputs;
  const [output] = node.outputs;
  const pads = amounts && call.known(amounts);
  if (!x || !output || !pads || axes) return undefined;
  const sides = [0, toFirst.length].flatMap((side) =>
    toFirst.map((axis) => pads[side + axis] ?? 0),
  );
  const inputs = [call.first(x), call.constant(`${output.name}/pads`, sides), value];
  return { node: { ...node, inputs, outputs: [turned(call, output)] }, isTurned: true };
}

function slicing(call: LayoutCall): Said | undefined {
  const { node, toFirst } = call;
  const [x, starts, ends, axes, steps] = node.inputs;
  const [output] = node.outputs;
  const given = axes && call.known(axes);
  if (!x || !output || !given) return undefined;
  const places = given.map((axis) => toFirst.indexOf(axis < 0 ? axis + toFirst.length : axis));
  const numbers = call.constant(`${output.name}/axes`, places);
  const inputs = [call.first(x), starts, ends, numbers, steps];
  return { node: { ...node, inputs, outputs: [turned(call, output)] }, isTurned: true };
}
