import type { KernelTrace, TracedKernel, TracedTensor } from './kernelTrace.ts';
import { isAllFinite, type ValueRange, valueRange } from './valueRange.ts';

/** Where values that are not finite come from. */
export type Source =
  | {
      readonly kind: 'kernel';
      readonly kernel: TracedKernel;
      /** Of its float32 inputs, in their order. */
      readonly inputs: readonly ValueRange[];
      readonly output: ValueRange;
      /** Of the inputs of the kernel whose slope this is a part of; else empty. */
      readonly slopeInputs: readonly ValueRange[];
    }
  /** A tensor that was not made in the trace holds them: a constant, or one of a batch. */
  | { readonly kind: 'outside'; readonly tensor: TracedTensor; readonly values: ValueRange };

type KernelSource = Extract<Source, { readonly kind: 'kernel' }>;
type Health = 'finite' | 'infinite' | 'nan';

/**
 * The source of a tensor that is not finite. Where the way back ends outside the trace, as it does
 * behind a detached tensor on a backend whose tensors share no memory, it is the first kernel of all
 * that made such values out of finite ones.
 */
export async function findSource(trace: KernelTrace, tensor: TracedTensor): Promise<Source> {
  const source = await goBack(trace, tensor);
  return source.kind === 'kernel' ? source : ((await findFirst(trace)) ?? source);
}

/**
 * Goes back from a tensor that is not finite, through whatever of its inputs is not either, to the
 * kernel that made it so out of finite ones. An infinity that was meant, such as the constant of a
 * mask, is passed over where NaN came of it later: then the kernel that made NaN of it is the source.
 */
async function goBack(trace: KernelTrace, tensor: TracedTensor): Promise<Source> {
  const kernel = trace.makerOf(tensor);
  // A kernel without inputs fills in a constant.
  if (!kernel || kernel.inputs.length === 0) {
    return { kind: 'outside', tensor, values: await rangeOf(trace, tensor) };
  }
  const own = await healthOf(trace, tensor);
  const inputs = await Promise.all(
    kernel.inputs.map(async (input) => ({ input, health: await healthOf(trace, input) })),
  );
  const worst =
    inputs.find(({ health }) => health === 'nan') ??
    inputs.find(({ health }) => health === 'infinite');
  if (!worst) return asSource(trace, kernel, tensor);
  const deeper = await goBack(trace, worst.input);
  const meant = own === 'nan' && worst.health === 'infinite' && deeper.kind === 'outside';
  return meant ? asSource(trace, kernel, tensor) : deeper;
}

async function findFirst(trace: KernelTrace): Promise<KernelSource | undefined> {
  for (const kernel of trace.calls) {
    const [output] = kernel.outputs;
    if (!output || kernel.inputs.length === 0) continue;
    const source = await asSource(trace, kernel, output);
    if (!isAllFinite(source.output) && source.inputs.every(isAllFinite)) return source;
  }
  return undefined;
}

async function asSource(
  trace: KernelTrace,
  kernel: TracedKernel,
  output: TracedTensor,
): Promise<KernelSource> {
  return {
    kind: 'kernel',
    kernel,
    inputs: await rangesOf(trace, kernel.inputs),
    output: await rangeOf(trace, output),
    slopeInputs: await rangesOf(trace, kernel.slopeOf?.inputs ?? []),
  };
}

function rangesOf(
  trace: KernelTrace,
  tensors: readonly TracedTensor[],
): Promise<readonly ValueRange[]> {
  return Promise.all(tensors.map((tensor) => rangeOf(trace, tensor)));
}

async function healthOf(trace: KernelTrace, tensor: TracedTensor): Promise<Health> {
  const range = await rangeOf(trace, tensor);
  if (isAllFinite(range)) return 'finite';
  return range.nans > 0 ? 'nan' : 'infinite';
}

/** Of values that are no float32 the range is that of none. */
async function rangeOf(trace: KernelTrace, tensor: TracedTensor): Promise<ValueRange> {
  return valueRange((await trace.values(tensor)) ?? []);
}
