import { metricName } from '../../model/metricName.ts';
import type { Probe } from '../probe.ts';

/**
 * ‖Δθ‖/‖θ‖ of each parameter group, by the norms of the whole group: the mean of the ratios of
 * single tensors would be ruled by whichever bias is zero (science.md §2.4, R10).
 */
export const updateRatio: Probe = {
  name: 'update-ratio',
  description: 'Relative change of each parameter group in the step just taken.',
  metrics: ({ groups }) =>
    Object.fromEntries(
      groups
        .filter(({ parameterNorm }) => parameterNorm !== 0)
        .map(({ name, parameterNorm, updateNorm }) => [
          metricName.updateRatio(name),
          updateNorm / parameterNorm,
        ]),
    ),
};
