import type { Graph, Value } from './graph.ts';
import { withoutUnused } from './simplify.ts';

/** A graph in two parts that run one after the other. */
export interface Partition {
  /** All that can be computed without the late inputs; its outputs are `settled` and then `carried`. */
  readonly before: Graph;
  /** The rest. Its inputs are those of the whole that it uses and `carried`. */
  readonly after: Graph;
  /** Outputs of the whole that do not depend on the late inputs, in their order. */
  readonly settled: readonly Value[];
  /** What the second part takes over from the first. */
  readonly carried: readonly Value[];
}

/** Splits a graph where the host has to look at outputs before it can say the inputs named `late`. */
export function partition(graph: Graph, late: ReadonlySet<string>): Partition {
  const dependent = new Set(late);
  for (const { inputs, outputs } of graph.nodes) {
    if (!inputs.some((input) => input && dependent.has(input.name))) continue;
    for (const { name } of outputs) dependent.add(name);
  }
  const isLate = ({ name }: Value): boolean => dependent.has(name);
  const after = withoutUnused({
    ...graph,
    nodes: graph.nodes.filter(({ outputs }) => outputs.some(isLate)),
    outputs: graph.outputs.filter(isLate),
  });
  const given = new Set([...graph.inputs.map(({ name }) => name), ...graph.constants.keys()]);
  const carried = new Map<string, Value>();
  for (const value of after.nodes.flatMap(({ inputs }) => inputs)) {
    if (value && !isLate(value) && !given.has(value.name)) carried.set(value.name, value);
  }
  const settled = graph.outputs.filter((output) => !isLate(output));
  const settledNames = new Set(settled.map(({ name }) => name));
  const onlyCarried = [...carried.values()].filter(({ name }) => !settledNames.has(name));
  return {
    before: withoutUnused({
      ...graph,
      nodes: graph.nodes.filter(({ outputs }) => !outputs.some(isLate)),
      outputs: [...settled, ...onlyCarried],
    }),
    after: { ...after, inputs: [...after.inputs, ...carried.values()] },
    settled,
    carried: [...carried.values()],
  };
}
