import type { ProblemFix } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import type { ConfigDocument } from '../../syntax/configTree.ts';
import { liftNumber } from '../../syntax/edit.ts';
import type { ConfigRule } from '../configRule.ts';

/** A weight in the middle of a program cannot be set from outside. */
export const hardCodedWeight: ConfigRule = {
  name: 'hard-coded-weight',
  description:
    'A weight that is a number in the middle of a program can be set by no option and no experiment.',
  examples: [
    { language: 'python', text: 'loss = recon_loss + 0.1 * kl_loss\n', fires: ['0.1'] },
    {
      language: 'python',
      text: 'KL_WEIGHT = 0.1\nloss = recon_loss + KL_WEIGHT * kl_loss\n',
      fires: [],
    },
  ],
  check(document, terms) {
    return terms
      .filter(({ kind }) => kind === 'hard-coded')
      .map((term) => ({
        code: 'hard-coded-weight',
        severity: 'information',
        message: `The weight of ${term.name} is a number in the program: no option and no experiment can set it.`,
        range: term.valueRange,
        findFixes: () => liftFix(document, term),
      }));
  },
};

function liftFix(
  document: ConfigDocument,
  { name, text, valueRange }: LossTerm,
): readonly ProblemFix[] {
  const lift = liftNumber(document, { range: valueRange, name });
  const [first, ...others] = lift?.changes ?? [];
  if (!lift || !first) return [];
  return [{ ...first, title: `Lift ${text} into ${lift.target}`, others }];
}
