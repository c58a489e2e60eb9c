import type { ConfigRule } from '../configRule.ts';

/** Nothing would be trained. */
export const allWeightsZero: ConfigRule = {
  name: 'all-weights-zero',
  description: 'All loss weights of the config are 0, so that nothing is trained.',
  examples: [
    {
      language: 'yaml',
      text: 'recon_loss_weight: 0.0\nkl_weight: 0\n',
      fires: ['0.0'],
    },
    // A single weight often scales one loss beside another that has none.
    { language: 'yaml', text: 'velocity_loss_weight: 0.0\n', fires: [] },
    { language: 'yaml', text: 'recon_loss_weight: 1.0\nkl_weight: 0.0\n', fires: [] },
  ],
  check(_document, terms) {
    const [first] = terms;
    if (!first || terms.length < 2 || terms.some(({ weight }) => weight !== 0)) return [];
    const names = terms.map(({ name }) => name).join(', ');
    return [
      {
        code: 'all-weights-zero',
        severity: 'warning',
        message: `All loss weights are 0 (${names}): nothing is trained.`,
        range: first.valueRange,
      },
    ];
  },
};
