import type { TextRange } from '../../base/textRange.ts';
import type { ProblemFix } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import type { ConfigRule } from '../configRule.ts';

/** A negative weight turns a loss into something to be made large. */
export const negativeWeight: ConfigRule = {
  name: 'negative-weight',
  description:
    'A negative weight makes training increase the loss. Nothing is said of what is to be made large, such as an entropy or a reward.',
  examples: [
    { language: 'yaml', text: 'kl_weight: -0.5\nrecon_weight: 1\n', fires: ['-0.5'] },
    { language: 'json', text: '{"kl_weight": 0.5}', fires: [] },
    { language: 'yaml', text: 'entropy_coef: -0.01\nreward_loss_weight: -1.0\n', fires: [] },
    // InfoVAE weighs its KL by 1 - alpha.
    { language: 'yaml', text: 'model: {name: InfoVAE, alpha: -9.0, beta: 10.5}\n', fires: [] },
    {
      language: 'python',
      text: 'loss = a_loss + -0.01 * entropy_loss + -3 * kl_loss\n',
      fires: ['-3'],
    },
  ],
  check({ text }, terms) {
    return terms
      .filter(({ weight = 0 }) => weight < 0 && Number.isFinite(weight))
      .filter((term) => !isMeant(term))
      .map((term) => ({
        code: 'negative-weight',
        severity: isDoubtful(term) ? 'information' : 'warning',
        message: `The weight of ${term.name} is negative: training would increase this loss.`,
        range: term.valueRange,
        fixes: withoutSign(text.slice(term.valueRange.start, term.valueRange.end), term.valueRange),
      }));
  },
};

/** Words of what people want much of. */
const madeLarge =
  /(?:^|_)(?:(?<!cross_)entropy|reward|bonus|diversity|mutual|mi|elbo|accuracy|psnr)(?:_|$)/;
/** A letter of a formula, in which the sign may turn round. */
const letter = /^(?:alpha|beta|gamma)$/i;

function isMeant({ name, path }: LossTerm): boolean {
  return madeLarge.test(name) || letter.test(path.at(-1) ?? '');
}

/** Without a name nobody knows what it weighs, and -1 often means that it is not used. */
function isDoubtful({ path, weight }: LossTerm): boolean {
  return weight === -1 || /^\d+$/.test(path.at(-1) ?? '');
}

function withoutSign(text: string, range: TextRange): readonly ProblemFix[] {
  if (!/^-\s*[\d.]/.test(text)) return [];
  const newText = text.replace(/^-\s*/, '');
  return [{ title: `Write ${newText}`, range, newText }];
}
