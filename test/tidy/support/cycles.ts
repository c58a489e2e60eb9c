/** For each file the files that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

interface Visit {
  readonly index: number;
  low: number;
  onStack: boolean;
}

/**
 * The groups of files that import each other in a circle, a file that imports itself included:
 * strongly connected components (Tarjan 1972). Sorted, so that a failure reads the same each time.
 */
export function importCycles(graph: ImportGraph): readonly (readonly string[])[] {
  const search = new CycleSearch(graph);
  for (const file of graph.keys()) search.visit(file);
  return search.cycles.sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

class CycleSearch {
  readonly cycles: string[][] = [];
  readonly #graph: ImportGraph;
  readonly #visits = new Map<string, Visit>();
  readonly #stack: string[] = [];

  constructor(graph: ImportGraph) {
    this.#graph = graph;
  }

  visit(file: string): void {
    if (this.#visits.has(file)) return;
    const state: Visit = { index: this.#visits.size, low: this.#visits.size, onStack: true };
    this.#visits.set(file, state);
    this.#stack.push(file);
    for (const next of this.#graph.get(file) ?? []) {
      state.low = Math.min(state.low, this.#reach(next));
    }
    if (state.low === state.index) this.#close(file);
  }

  /** The lowest index on the stack that an import leads back to; none for what is closed. */
  #reach(next: string): number {
    const known = this.#visits.get(next);
    if (known) return known.onStack ? known.index : Number.POSITIVE_INFINITY;
    this.visit(next);
    return this.#visits.get(next)?.low ?? Number.POSITIVE_INFINITY;
  }

  #close(root: string): void {
    const members = this.#stack.splice(this.#stack.indexOf(root));
    for (const member of members) {
      const state = this.#visits.get(member);
      if (state) state.onStack = false;
    }
    const importsItself = this.#graph.get(root)?.includes(root) ?? false;
    if (members.length > 1 || importsItself) this.cycles.push(members.sort());
  }
}
