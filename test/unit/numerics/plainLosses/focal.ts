import { logSumExp, softmax } from '../../../../server/src/numerics/balance/softmax.ts';

/**
 * Focal loss (Lin et al. ICCV 2017, eq. 4) over classes, α (1−p_t)^γ (−log p_t), mean over the batch, with its
 * gradient by the logits. γ 2, α 1 by default; α alone balances no classes. Log-probabilities in place of
 * logits change nothing; probabilities do.
 */
export function focalLoss(
  logits: readonly (readonly number[])[],
  labels: readonly number[],
  gamma = 2,
  alpha = 1,
): { readonly loss: number; readonly gradient: readonly (readonly number[])[] } {
  const samples = logits.map((row, sample) => {
    const label = labels[sample] ?? -1;
    const surprise = logSumExp(row) - (row[label] ?? Number.NaN);
    const p = Math.exp(-surprise);
    // 1 − p without cancellation where p is near 1.
    const rest = -Math.expm1(-surprise);
    const loss = alpha * rest ** gamma * surprise;
    // d loss/d surprise: (1−p)^γ + γ (1−p)^(γ−1) p · surprise, and d surprise/d z = softmax − one-hot.
    const bend = rest === 0 ? 0 : gamma * rest ** (gamma - 1) * p * surprise;
    const slope = (alpha * (rest ** gamma + bend)) / logits.length;
    const gradient = softmax(row).map(
      (share, index) => slope * (share - (index === label ? 1 : 0)),
    );
    return { loss, gradient };
  });
  return {
    loss: samples.reduce((sum, { loss }) => sum + loss, 0) / samples.length,
    gradient: samples.map(({ gradient }) => gradient),
  };
}
