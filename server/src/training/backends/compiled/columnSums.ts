import type { Graph, Node, Value } from './graph.ts';

/**
 * The same graph with sums over leading axes, such as the gradient of every bias, as products with
 * a row of ones: on the CPU ONNX Runtime takes a tenth of the time for them (9 against 106 µs for
 * 256 × 256).
 */
export function columnSumsAsProducts(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const add = (host: BigInt64Array | Float32Array, value: Value): Value => {
    constants.set(value.name, { value, host });
    return value;
  };
  const reshape = (input: Value, output: Value): Node => {
    const host = BigInt64Array.from(output.shape, BigInt);
    const name = `${output.name}/shape`;
    const shape = add(host, { name, shape: [host.length], dtype: 'int64' });
    return { operator: 'Reshape', inputs: [input, shape], outputs: [output], attributes: {} };
  };
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const found = columnSum(node, graph);
    if (!found) return [node];
    const { x, output, rows, columns } = found;
    const ones = add(new Float32Array(rows).fill(1), {
      name: `ones/${rows}`,
      shape: [rows],
      dtype: 'float32',
    });
    const matrix: Value = { ...x, name: `${output.name}/matrix`, shape: [rows, columns] };
    const sums: Value = { ...output, name: `${output.name}/sums`, shape: [columns] };
    return [
      reshape(x, matrix),
      { operator: 'MatMul', inputs: [ones, matrix], outputs: [sums], attributes: {} },
      reshape(sums, output),
    ];
  });
  return { ...graph, constants, nodes };
}

interface ColumnSum {
  readonly x: Value;
  readonly output: Value;
  /** How many are summed into each of the `columns` sums. */
  readonly rows: number;
  readonly columns: number;
}

/** What a node sums, if it sums floats over all axes but the last ones. */
function columnSum({ operator, inputs, outputs }: Node, graph: Graph): ColumnSum | undefined {
  const [x, axesValue] = inputs;
  const [output] = outputs;
  if (operator !== 'ReduceSum' || !x || !output || x.dtype !== 'float32') return undefined;
  const given = axesValue && graph.constants.get(axesValue.name)?.host;
  const rank = x.shape.length;
  const numbers: ArrayLike<bigint | number> = given ?? [];
  const axes = Array.from(numbers, (axis) => (Number(axis) + rank) % rank).toSorted(
    (a, b) => a - b,
  );
  const isLeading = axes.length > 0 && axes.every((axis, index) => axis === index);
  if (!isLeading || axes.length === rank) return undefined;
  const extent = (shape: readonly number[]): number => shape.reduce((all, each) => all * each, 1);
  const rows = extent(x.shape.slice(0, axes.length));
  return { x, output, rows, columns: extent(x.shape.slice(axes.length)) };
}
