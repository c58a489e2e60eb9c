import type { ConfigRule } from '../configRule.ts';

/** A negative weight turns a loss into something to be made large. */
export const negativeWeight: ConfigRule = {
  name: 'negative-weight',
  description: 'A negative weight makes training increase the loss.',
  examples: [
    { language: 'yaml', text: 'kl_weight: -0.5\nrecon_weight: 1\n', fires: ['-0.5'] },
    { language: 'json', text: '{"kl_weight": 0.5}', fires: [] },
  ],
  check(_document, terms) {
    return terms.flatMap(({ name, weight, valueRange }) =>
      weight === undefined || !(weight < 0) || !Number.isFinite(weight)
        ? []
        : [
            {
              code: 'negative-weight',
              severity: 'warning',
              message: `The weight of ${name} is negative: training would increase this loss.`,
              range: valueRange,
            },
          ],
    );
  },
};
