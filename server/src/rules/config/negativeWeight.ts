import type { TextRange } from '../../base/textRange.ts';
import type { ProblemFix } from '../../model/finding.ts';
import type { ConfigRule } from '../configRule.ts';

/** A negative weight turns a loss into something to be made large. */
export const negativeWeight: ConfigRule = {
  name: 'negative-weight',
  description: 'A negative weight makes training increase the loss.',
  examples: [
    { language: 'yaml', text: 'kl_weight: -0.5\nrecon_weight: 1\n', fires: ['-0.5'] },
    { language: 'json', text: '{"kl_weight": 0.5}', fires: [] },
  ],
  check({ text }, terms) {
    return terms
      .filter(({ weight = 0 }) => weight < 0 && Number.isFinite(weight))
      .map(({ name, valueRange }) => ({
        code: 'negative-weight',
        severity: 'warning',
        message: `The weight of ${name} is negative: training would increase this loss.`,
        range: valueRange,
        fixes: withoutSign(text.slice(valueRange.start, valueRange.end), valueRange),
      }));
  },
};

function withoutSign(text: string, range: TextRange): readonly ProblemFix[] {
  if (!/^-\s*[\d.]/.test(text)) return [];
  const newText = text.replace(/^-\s*/, '');
  return [{ title: `Write ${newText}`, range, newText }];
}
