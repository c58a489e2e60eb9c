import type { LossTerm } from '../../model/lossTerm.ts';
import type { ConfigRule } from '../configRule.ts';

/** Nothing would be trained. */
export const allWeightsZero: ConfigRule = {
  name: 'all-weights-zero',
  description:
    'All loss weights of the config are 0, so that only losses without a weight are trained, if there are any.',
  examples: [
    {
      language: 'yaml',
      text: 'recon_loss_weight: 0.0\nkl_weight: 0\n',
      fires: ['0.0'],
    },
    // A single weight often scales one loss beside another that has none.
    { language: 'yaml', text: 'velocity_loss_weight: 0.0\n', fires: [] },
    { language: 'yaml', text: 'recon_loss_weight: 1.0\nkl_weight: 0.0\n', fires: [] },
    { language: 'yaml', text: 'loss_weights: {recon: 0, kl: 0.0}\n', fires: ['0'] },
  ],
  check(_document, terms) {
    const [first] = terms;
    if (!first || terms.length < 2 || terms.some(({ weight }) => weight !== 0)) return [];
    const names = terms.map(({ name }) => name).join(', ');
    // A map of weights has them all; elsewhere the main loss often has none.
    const isWhole = terms.every((term) => isInMap(term, first));
    const effect = isWhole ? 'nothing is trained' : 'only a loss without a weight is trained';
    return [
      {
        code: 'all-weights-zero',
        severity: isWhole ? 'warning' : 'information',
        message: `All loss weights are 0 (${names}): ${effect}.`,
        range: first.valueRange,
      },
    ];
  },
};

function isInMap({ recognizer, path }: LossTerm, first: LossTerm): boolean {
  const parent = path.slice(0, -1).join('\n');
  return recognizer === 'weight-map' && parent === first.path.slice(0, -1).join('\n');
}
