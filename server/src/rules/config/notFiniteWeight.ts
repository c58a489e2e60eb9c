import type { ConfigRule } from '../configRule.ts';

/** One step with such a weight makes every parameter NaN. */
export const notFiniteWeight: ConfigRule = {
  name: 'not-finite-weight',
  description: 'A weight is NaN or infinite.',
  examples: [
    {
      language: 'yaml',
      text: 'kl_weight: .nan\nrecon_weight: -.inf\ntv_weight: 1\n',
      fires: ['.nan', '-.inf'],
    },
    { language: 'yaml', text: 'kl_weight: 1.0e+30\n', fires: [] },
  ],
  check(_document, terms) {
    return terms.flatMap(({ name, weight, valueRange }) =>
      weight === undefined || Number.isFinite(weight)
        ? []
        : [
            {
              code: 'not-finite-weight',
              severity: 'error',
              message: `The weight of ${name} is ${Number.isNaN(weight) ? 'NaN' : 'infinite'}: one step with it destroys the parameters.`,
              range: valueRange,
            },
          ],
    );
  },
};
