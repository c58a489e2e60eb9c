import type { ConfigProblem } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { type ConfigDocument, findNode, type ScalarNode } from '../../syntax/configTree.ts';
import { replaceNumber } from '../../syntax/edit.ts';
import type { ConfigRule } from '../configRule.ts';
import { isExponentText } from './exponentText.ts';

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A weight that is a text, often a number in quotes. */
export const weightNotNumber: ConfigRule = {
  name: 'weight-not-number',
  description: 'A weight is a text.',
  examples: [
    {
      language: 'yaml',
      text: 'render_loss_weight: high\nkl_weight: 1e-2\nrecon_weight: "0.5"\nlambda_tv: [0, 1.0, 2.0, 500]\n',
      fires: ['high', '"0.5"'],
    },
    { language: 'yaml', text: 'kl_weight: 1.0\n', fires: [] },
    { language: 'json', text: '{"kl_weight": 1e-2, "recon_weight": "0.5"}', fires: ['"0.5"'] },
  ],
  check(document, terms) {
    return terms.flatMap((term) => {
      const node = term.weight === undefined ? findNode(document.root, term.path) : undefined;
      // A list is a schedule, and a reference is followed when the config is loaded.
      if (node?.kind !== 'scalar' || term.text.includes('${')) return [];
      return isExponentText(document, node) ? [] : [speak(document, term, node)];
    });
  },
};

function speak(document: ConfigDocument, term: LossTerm, node: ScalarNode): ConfigProblem {
  const text = String(node.value);
  const found = { code: 'weight-not-number', range: term.valueRange } as const;
  if (!decimal.test(text)) {
    const message = `The weight of ${term.name} is not a number: ${term.text}.`;
    return { ...found, severity: 'error', message };
  }
  // Without its quotes the text would be read as a number.
  const newText = replaceNumber(document, { ...node, text }, Number(text)).newText;
  return {
    ...found,
    severity: 'warning',
    message: `The weight of ${term.name} is read as a text, not as the number ${text}: it stands in quotes.`,
    fixes: [{ title: `Write ${newText}`, range: term.valueRange, newText }],
  };
}
