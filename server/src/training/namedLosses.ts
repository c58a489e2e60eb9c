import type * as tfc from '@tensorflow/tfjs-core';

/**
 * The losses in the order of the terms. A task may be a user's own, so what it gives is checked.
 * @throws naming the loss and what is wrong with it: missing, undeclared, no float32 scalar.
 */
export function namedLosses(
  losses: Readonly<Record<string, tfc.Tensor>>,
  terms: readonly string[],
): readonly tfc.Scalar[] {
  const undeclared = Object.keys(losses).filter((name) => !terms.includes(name));
  if (undeclared.length > 0) {
    throw new Error(
      `The task gives a loss that it does not declare: ${undeclared.join(', ')}; declared are ${terms.join(', ')}.`,
    );
  }
  return terms.map((term) => {
    const loss = losses[term];
    if (!loss) {
      const given = Object.keys(losses).join(', ') || 'none';
      throw new Error(`The task gives no loss named ${term}; it gives ${given}.`);
    }
    return scalarLoss(loss, term);
  });
}

function scalarLoss(loss: tfc.Tensor, term: string): tfc.Scalar {
  if (!isTensor(loss)) {
    throw new Error(`The loss ${term} is ${String(loss)}; a loss must be a tensor, made by tf.`);
  }
  if (loss.rank === 0 && loss.dtype === 'float32') return loss as tfc.Scalar;
  throw new Error(
    `The loss ${term} has shape [${loss.shape.join(', ')}] and kind ${loss.dtype}; a loss must be a float32 scalar, such as a mean over the batch.`,
  );
}

/** A task in JavaScript may give anything, such as a number. */
function isTensor(value: unknown): value is tfc.Tensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'dtype' in value;
}
