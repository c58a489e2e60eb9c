import type { Source } from './findSource.ts';
import type { TracedKernel } from './kernelTrace.ts';
import { findOverflow, findSlopeTrap, findValueTrap, type KernelTrap } from './kernelTraps.ts';
import type { Trouble } from './trouble.ts';
import { describeNonFinite, describeRange, type ValueRange } from './valueRange.ts';

type Of<Kind extends Trouble['kind']> = Extract<Trouble, { readonly kind: Kind }>;

const learningRateHint = 'lower the learning rate, warm it up, or set gradient_clip_norm';

/** What was first, and what helps, in one or two sentences that stand behind “It begins”. */
export function describeTrouble(trouble: Trouble): string {
  const found = describeKind(trouble);
  return `It begins in step ${trouble.step}, ${found.says}. ${found.hint ? `Hint: ${found.hint}.` : ''}`.trim();
}

interface Words {
  readonly says: string;
  readonly hint?: string;
}

function describeKind(trouble: Trouble): Words {
  switch (trouble.kind) {
    case 'batch':
      return {
        says: `in its data: ${trouble.texts.join('; ')}`,
        hint: 'leave such samples out, or repair them where they are read',
      };
    case 'state':
      return {
        says: `before its forward pass: ${trouble.what} hold ${describeNonFinite(trouble.values)} already`,
        hint: 'look at how they are initialised, or at the checkpoint that the run goes on from',
      };
    case 'value':
      return describeValue(trouble);
    case 'slope':
      return describeSlope(trouble);
    case 'weights':
      return {
        says: `in the strategy: out of finite losses it made the weights ${trouble.weights.join(', ')}`,
        hint: 'a loss or a gradient may have vanished; the page of the strategy says what it does then',
      };
    case 'update':
      return describeUpdate(trouble);
  }
}

function describeUpdate({ what, values, isTasks, largestGradient }: Of<'update'>): Words {
  const largest = Number(largestGradient.toPrecision(4));
  return {
    says: `in the update: ${what} came to hold ${describeNonFinite(values)}, while the losses and their gradients, of at most ${largest}, were finite`,
    hint: isTasks ? 'look at what the task makes of them after a step (buffers)' : learningRateHint,
  };
}

function describeValue({ losses, source, layer }: Of<'value'>): Words {
  const where = `in the forward pass of ${nameLosses(losses)}`;
  if (source.kind === 'outside') return { says: `${where}, with ${describeOutside(source)}` };
  const trap = findValueTrap(source.kernel.kernel, source.inputs);
  const what = `${describeKernel(source.kernel, source.inputs)} gives ${describeNonFinite(source.output)}`;
  return words(where, trap, `${what}${describePlace(source.kernel, layer)}`);
}

function describeSlope({ loss, source, layer }: Of<'slope'>): Words {
  const where = `in the gradient of the loss ${loss}, which is finite itself`;
  if (source.kind === 'outside') return { says: `${where}, with ${describeOutside(source)}` };
  const { kernel, inputs, slopeInputs, output } = source;
  const { slopeOf } = kernel;
  const part = `${describeKernel(kernel, inputs)} gives ${describeNonFinite(output)}`;
  const what = slopeOf ? `in the slope of ${describeKernel(slopeOf, slopeInputs)} ${part}` : part;
  const trap = slopeOf && findSlopeTrap(slopeOf.kernel, slopeInputs);
  const place = describePlace(slopeOf ?? kernel, layer);
  return words(where, trap ?? findOverflow(inputs), `${what}${place}`);
}

function words(where: string, trap: KernelTrap | undefined, what: string): Words {
  if (!trap) return { says: `${where}: ${what}` };
  return { says: `${where}, with ${trap.says}: ${what}`, hint: trap.hint };
}

function describeOutside({
  tensor,
  values,
}: Extract<Source, { readonly kind: 'outside' }>): string {
  return `a constant [${tensor.shape.join(', ')}] that is ${describeNonFinite(values)}`;
}

/** `RealDiv of 1 to 2 and 0, shape [16, 8],`. */
function describeKernel({ kernel, outputs }: TracedKernel, inputs: readonly ValueRange[]): string {
  const given = inputs
    .filter(({ count }) => count > 0)
    .map(describeRange)
    .join(', ');
  const shape = outputs[0]?.shape.join(', ') ?? '';
  return `${kernel}${given ? ` of ${given}` : ''}, shape [${shape}],`;
}

function describePlace({ place }: TracedKernel, layer: string | undefined): string {
  const parts = [...(layer ? [`layer ${layer}`] : []), ...(place ? [place] : [])];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

function nameLosses(losses: readonly string[]): string {
  return losses.length === 1 ? `the loss ${losses[0]}` : `the losses ${losses.join(', ')}`;
}
