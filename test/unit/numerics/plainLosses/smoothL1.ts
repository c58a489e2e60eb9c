/** A loss of one error and its slope. */
export interface ErrorLoss {
  readonly loss: number;
  readonly gradient: number;
}

/**
 * Smooth L1 (Girshick ICCV 2015): e²/(2β) below β, |e| − β/2 above. Below β its slope is half that of the squared
 * error (β = 1), so that a change from one to the other halves the weight as well.
 */
export function smoothL1(error: number, beta = 1): ErrorLoss {
  const size = Math.abs(error);
  if (size < beta) return { loss: (error * error) / (2 * beta), gradient: error / beta };
  return { loss: size - beta / 2, gradient: Math.sign(error) };
}

export function squaredError(error: number): ErrorLoss {
  return { loss: error * error, gradient: 2 * error };
}
