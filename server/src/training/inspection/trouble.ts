import type { Source } from './findSource.ts';
import type { StatePart } from './stateRanges.ts';

/** Where a kernel stands in the model and in the code. */
interface KernelPlace {
  /** The layer whose output it works on, if it is one's. */
  readonly layer: string | undefined;
}

/** What is the first to be not finite, found by taking steps once more. */
export type Trouble = { readonly step: number } & (
  | { readonly kind: 'batch'; readonly texts: readonly string[] }
  /** Already before the step. */
  | ({ readonly kind: 'state' } & StatePart)
  /** In the forward pass. */
  | ({
      readonly kind: 'value';
      readonly losses: readonly string[];
      readonly source: Source;
    } & KernelPlace)
  /** In the backward pass of a loss that is finite. */
  | ({ readonly kind: 'slope'; readonly loss: string; readonly source: Source } & KernelPlace)
  /** The strategy gave weights that are not finite, out of finite losses and gradients. */
  | { readonly kind: 'weights'; readonly weights: readonly number[] }
  /** In the update, out of gradients that are finite. */
  | ({
      readonly kind: 'update';
      /** The largest magnitude in the gradients of the losses. */
      readonly largestGradient: number;
    } & StatePart)
);
