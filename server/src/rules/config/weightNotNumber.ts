import type { ConfigProblem } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import type { ConfigDocument } from '../../syntax/configTree.ts';
import { findNode } from '../../syntax/configTree.ts';
import { replaceNumber } from '../../syntax/edit.ts';
import type { ConfigRule } from '../configRule.ts';

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A weight that is a text, often one that looks like a number. */
export const weightNotNumber: ConfigRule = {
  name: 'weight-not-number',
  description: 'A weight is a text; `1e-2` is one for PyYAML, which wants `1.0e-2`.',
  examples: [
    {
      language: 'yaml',
      text: 'render_loss_weight: high\nkl_weight: 1e-2\nrecon_weight: "0.5"\ntv_weight: 1.0e-2\n',
      fires: ['high', '1e-2', '"0.5"'],
    },
    { language: 'yaml', text: 'defaults: [base]\nkl_weight: 1e-2\n', fires: [] },
    { language: 'json', text: '{"kl_weight": 1e-2, "recon_weight": "0.5"}', fires: ['"0.5"'] },
  ],
  check(document, terms) {
    return terms.filter(({ weight }) => weight === undefined).map((term) => speak(document, term));
  },
};

function speak(document: ConfigDocument, term: LossTerm): ConfigProblem {
  const node = findNode(document.root, term.path);
  const text = node?.kind === 'scalar' ? String(node.value) : term.text;
  const found = { code: 'weight-not-number', range: term.valueRange } as const;
  if (node?.kind !== 'scalar' || !decimal.test(text)) {
    const message = `The weight of ${term.name} is not a number: ${term.text}.`;
    return { ...found, severity: 'error', message };
  }
  const isQuoted = text !== node.text;
  const why = isQuoted
    ? 'it stands in quotes'
    : 'PyYAML wants a dot before the exponent and a sign behind the e';
  // Without its quotes the text would be read as a number.
  const newText = replaceNumber(document, { ...node, text }, Number(text)).newText;
  return {
    ...found,
    severity: 'warning',
    message: `The weight of ${term.name} is read as a text, not as the number ${text}: ${why}.`,
    fixes: [{ title: `Write ${newText}`, range: term.valueRange, newText }],
  };
}
