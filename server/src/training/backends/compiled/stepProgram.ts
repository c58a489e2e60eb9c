import { type Disposable, DisposableStore } from '../../../base/disposable.ts';
import { type Result, succeed } from '../../../base/result.ts';
import type { Graph, ValueType } from './graph.ts';
import type { HeldValues } from './heldValues.ts';
import type { KernelEmitter } from './kernelEmitter.ts';
import { partition } from './partition.ts';
import { pushTransposes } from './pushTransposes.ts';
import { scalarFactorsJoined } from './scalarFactors.ts';
import { GraphSession, type SessionOptions } from './session.ts';
import { simplify } from './simplify.ts';
import {
  finishBatches,
  gatherBatch,
  names,
  type Paths,
  type Reached,
  type StepForm,
  type StepSource,
  sumInputs,
  type TraceListener,
  wholeStep,
} from './stepGraphs.ts';
import { type TraceOptions, traceGraph } from './trace.ts';

/** A graph in up to two parts: what can run before the weights are known, and the rest. */
export interface SplitGraph {
  readonly before: GraphSession | undefined;
  readonly after: GraphSession | undefined;
}

/** The graphs of one form of steps, loaded. */
export interface StepProgram extends Disposable {
  readonly form: StepForm;
  /** The sums over batches that start at 0. */
  readonly sums: readonly (readonly [string, ValueType])[];
  /** Of the gradients; undefined for a plain step. */
  readonly paths: Paths | undefined;
  /** The values of the task that the graphs hold as constants. */
  readonly held: readonly HeldValues[];
  /** Run for each batch where there are several. */
  readonly gather: SplitGraph | undefined;
  /** The rest of the step; the whole of it where there is one batch. */
  readonly finish: SplitGraph;
}

export interface CompileOptions extends SessionOptions {
  readonly emitters: readonly KernelEmitter[];
}

/** Traces the steps of a form and loads their graphs; the error says why that cannot be. */
export async function compileStep(
  source: StepSource,
  form: StepForm,
  options: CompileOptions,
): Promise<Result<StepProgram>> {
  const sessions = new DisposableStore();
  let paths: Paths | undefined;
  const held: HeldValues[] = [];
  let reached: Reached = new Set();
  const listener: TraceListener = {
    paths(found) {
      paths = found;
    },
    reached(found) {
      reached = found;
    },
  };
  const compile = async (trace: TraceOptions): Promise<Result<SplitGraph>> => {
    const holds = (found: readonly HeldValues[]): void => void held.push(...found);
    const traced = traceGraph(source.tf, options.emitters, { ...trace, holds });
    if (!traced.ok) return traced;
    return succeed(await split(source, form, improved(traced.value), load));
  };
  const load: Load = async (graph) => {
    if (graph.outputs.length === 0) return undefined;
    return sessions.add(await GraphSession.create(graph, options));
  };
  const dispose = (): void => sessions.dispose();
  try {
    const { kind } = form;
    if (source.accumulate === 1 || kind === 'losses') {
      const whole = await compile(wholeStep(source, form, listener));
      if (!whole.ok) return whole;
      const rest = { gather: undefined, finish: whole.value, dispose };
      return succeed({ form, sums: [], paths, held, ...rest });
    }
    const sums = Object.entries(sumInputs(source, kind));
    const gather = await compile(gatherBatch(source, form, kind, listener));
    if (!gather.ok) return gather;
    const finish = await compile(finishBatches(source, form, kind, reached));
    if (finish.ok) {
      const rest = { gather: gather.value, finish: finish.value, dispose };
      return succeed({ form, sums, paths, held, ...rest });
    }
    dispose();
    return finish;
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The same computation in the form that takes the least time. */
function improved(graph: Graph): Graph {
  return simplify(scalarFactorsJoined(simplify(pushTransposes(simplify(graph)))));
}

type Load = (graph: Graph) => Promise<GraphSession | undefined>;

async function split(
  { parts: { needs } }: StepSource,
  { weighed }: StepForm,
  graph: Graph,
  load: Load,
): Promise<SplitGraph> {
  if (needs === 'nothing') return { before: undefined, after: await load(graph) };
  // A sum of gradients is complete only once the weights have been known.
  const late = new Set([...weighed.map((_, index) => names.weight(index)), names.gradientSum]);
  const { before, after } = partition(graph, late);
  return { before: await load(before), after: await load(after) };
}
