import { namedLosses } from '../namedLosses.ts';
import type { StepSpec } from '../stepEngine.ts';
import type { Batch, Tf } from '../task.ts';
import { findSource, type Source } from './findSource.ts';
import { KernelTrace, type TracedForward, type TracedTensor } from './kernelTrace.ts';
import { LayerTags } from './layerTags.ts';
import type { Trouble } from './trouble.ts';
import { isAllFinite, valueRange } from './valueRange.ts';

type WithoutStep<T> = T extends unknown ? Omit<T, 'step'> : never;

/** What the passes over one batch show. */
interface Dissected {
  /** What is the first to be not finite. */
  readonly trouble: Extract<WithoutStep<Trouble>, { readonly kind: 'value' | 'slope' }> | undefined;
  /** The largest magnitude in the gradients that were looked at. */
  readonly largestGradient: number;
}

interface Dissection {
  readonly spec: StepSpec;
  readonly trace: KernelTrace;
  readonly tags: LayerTags;
  readonly forward: TracedForward;
}

/**
 * Looks into the forward pass of a batch, then into the backward pass of each loss that weighs, at the
 * values that the instance's variables hold, with the values of everything in between.
 */
export async function dissectBatch(
  tf: Tf,
  spec: StepSpec,
  batch: Batch,
  weights: readonly number[],
): Promise<Dissected> {
  const { instance, terms } = spec;
  const variables = instance.groups.flatMap((group) => group.variables);
  const tags = new LayerTags(instance.groups, batch);
  const trace = new KernelTrace(tf, (call) => tags.follow(call));
  try {
    const forward = trace.forward(variables, () => namedLosses(instance.losses(batch), terms));
    const dissection = { spec, trace, tags, forward };
    try {
      const trouble = await lookAtLosses(dissection);
      if (trouble) return { trouble, largestGradient: 0 };
      return await lookAtGradients(dissection, weights);
    } finally {
      forward.dispose();
    }
  } finally {
    trace.dispose();
  }
}

async function lookAtLosses(dissection: Dissection): Promise<Dissected['trouble']> {
  const { spec, trace, forward } = dissection;
  const wrong: { readonly loss: string; readonly tensor: TracedTensor }[] = [];
  for (const [index, tensor] of forward.losses.entries()) {
    const values = (await trace.values(tensor)) ?? [];
    if (!isAllFinite(valueRange(values))) wrong.push({ loss: spec.terms[index] ?? '', tensor });
  }
  const [first] = wrong;
  if (!first) return undefined;
  const source = await findSource(trace, first.tensor);
  const losses = wrong.map(({ loss }) => loss);
  return { kind: 'value', losses, source, layer: layerOf(dissection, source) };
}

async function lookAtGradients(
  dissection: Dissection,
  weights: readonly number[],
): Promise<Dissected> {
  // A weight of 0 leaves its loss out, unless the weights themselves came out of all gradients.
  const all = !weights.every(Number.isFinite);
  let largestGradient = 0;
  for (const index of weights.keys()) {
    if (weights[index] === 0 && !all) continue;
    const { trouble, largest } = await lookAtGradient(dissection, index);
    if (trouble) return { trouble, largestGradient };
    largestGradient = Math.max(largestGradient, largest);
  }
  return { trouble: undefined, largestGradient };
}

async function lookAtGradient(dissection: Dissection, index: number) {
  const { spec, trace, forward } = dissection;
  let largest = 0;
  for (const gradient of forward.gradients(index)) {
    const range = valueRange((gradient && (await trace.values(gradient))) ?? []);
    if (gradient && !isAllFinite(range)) {
      const source = await findSource(trace, gradient);
      const loss = spec.terms[index] ?? '';
      const trouble = { kind: 'slope' as const, loss, source, layer: layerOf(dissection, source) };
      return { trouble, largest };
    }
    if (range.count > 0) largest = Math.max(largest, -range.least, range.most);
  }
  return { trouble: undefined, largest };
}

function layerOf({ tags }: Dissection, source: Source): string | undefined {
  if (source.kind === 'outside') return tags.of(source.tensor)?.layer;
  const { kernel } = source;
  const [output] = (kernel.slopeOf ?? kernel).outputs;
  return output && tags.of(output)?.layer;
}
