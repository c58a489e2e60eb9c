import type { Graph, Node, Value } from './graph.ts';

/**
 * The same graph with splits of at most so many outputs, one behind the other where there were more.
 * A shader binds few tensors (WebGPU guarantees 8), and ONNX Runtime fails where a node needs more.
 */
export function narrowSplits(graph: Graph, outputsAtMost: number): Graph {
  const constants = new Map(graph.constants);
  const sizes = (pieces: readonly Value[], axis: number, name: string): Value => {
    const host = BigInt64Array.from(pieces, ({ shape }) => BigInt(shape[axis] ?? 0));
    const value: Value = { name, shape: [pieces.length], dtype: 'int64' };
    constants.set(name, { value, host });
    return value;
  };
  const narrow = (node: Node): readonly Node[] => {
    if (node.operator !== 'Split' || node.outputs.length <= outputsAtMost) return [node];
    const axis = node.attributes.axis?.type === 'int' ? node.attributes.axis.value : 0;
    const portions = inPortions(node.outputs, outputsAtMost);
    const wholes = portions.map((portion) => joined(portion, axis));
    const split = (input: Value | undefined, outputs: readonly Value[]): readonly Node[] => {
      const lengths = sizes(outputs, axis, `${outputs[0]?.name}/sizes`);
      return narrow({ ...node, inputs: [input, lengths], outputs });
    };
    return [
      ...split(node.inputs[0], wholes),
      ...portions.flatMap((portion, index) => split(wholes[index], portion)),
    ];
  };
  const nodes = graph.nodes.flatMap(narrow);
  return { ...graph, constants, nodes };
}

/** What a portion of the outputs is before it is split. */
function joined(portion: readonly Value[], axis: number): Value {
  const [first = { name: '', shape: [], dtype: 'float32' as const }] = portion;
  const length = portion.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  const shape = first.shape.map((extent, index) => (index === axis ? length : extent));
  return { ...first, name: `${first.name}/whole`, shape };
}

function inPortions(values: readonly Value[], size: number): readonly (readonly Value[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
