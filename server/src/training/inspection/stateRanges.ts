import type { EngineSnapshot } from '../stepEngine.ts';
import type { TaskInstance } from '../task.ts';
import { layerWeights } from './layerTags.ts';
import { isAllFinite, type ValueRange, valueRange } from './valueRange.ts';

/** A part of what a run carries from step to step, in words, with what lies in it. */
export interface StatePart {
  readonly what: string;
  readonly values: ValueRange;
  /** Set where the task itself computes it: its buffers. */
  readonly isTasks?: true;
}

/**
 * The first part of a state that is not finite: what the optimiser carries before the parameters,
 * since these are made of it.
 */
export function findNonFiniteState(
  { vectors }: EngineSnapshot,
  instance: TaskInstance,
): StatePart | undefined {
  const { parameters, ...others } = vectors;
  for (const [name, vector] of Object.entries(others)) {
    const values = valueRange(vector);
    if (isAllFinite(values)) continue;
    const what = describeVector(name);
    return name === 'buffers' ? { what, values, isTasks: true } : { what, values };
  }
  return findNonFiniteParameter(parameters ?? new Float32Array(), instance);
}

/** The first variable, in the order of the groups, with values that are not finite. */
export function findNonFiniteParameter(
  parameters: Float32Array,
  { groups }: TaskInstance,
): StatePart | undefined {
  const layers = new Map(layerWeights(groups).map(({ layer, variable }) => [variable, layer]));
  let start = 0;
  for (const { name, variables } of groups) {
    for (const variable of variables) {
      const values = valueRange(parameters.subarray(start, start + variable.size));
      start += variable.size;
      if (isAllFinite(values)) continue;
      const layer = layers.get(variable);
      const shape = `[${variable.shape.join(', ')}]`;
      const what = layer
        ? `the weights ${shape} of the layer ${layer}`
        : `the parameters ${shape} of the group ${name}`;
      return { what, values };
    }
  }
  return undefined;
}

function describeVector(name: string): string {
  if (name === 'teacher') return 'the parameters of the teacher';
  if (name === 'buffers') return 'the running values of the task';
  if (name.startsWith('average')) return 'the moving average of a loss’s gradient';
  return `the optimizer’s ${name}`;
}
