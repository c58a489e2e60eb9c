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
    { language: 'yaml', text: 'kl_weight: ???\ntv_weight: !env TV\n', fires: [] },
    // Programs have their words for weights that change or are learned, and templates are filled in.
    {
      language: 'yaml',
      text: 'kl_weight: linear\nid_weight: auto\ntv_weight: "{{ tv }}"\n',
      fires: [],
    },
    // What an alias stands for is spoken of where it is written.
    { language: 'yaml', text: 'kl_weight: &w "1e-2"\ntv_weight: *w\n', fires: ['"1e-2"'] },
    { language: 'json', text: '{"kl_weight": 1e-2, "recon_weight": "0.5"}', fires: ['"0.5"'] },
  ],
  check(document, terms) {
    return terms.flatMap((term) => {
      const node = term.weight === undefined ? findNode(document.root, term.path) : undefined;
      // A list is a schedule.
      if (node?.kind !== 'scalar' || isFilledIn(term.text)) return [];
      if (typeof node.value === 'string' && wayToWeigh.test(node.value)) return [];
      return isExponentText(document, node) ? [] : [speak(document, term, node)];
    });
  },
};

/** `${other}`, `???`, `*alias`, `{{ template }}`, `%(name)s`, `<PLACEHOLDER>`, `@reference`: something else stands there in the end. */
function isFilledIn(text: string): boolean {
  const inner = text.replace(/^["']|["']$/g, '');
  return /\$|\{\{|%\(|^\?\?\?$|^<.*>$|^@/.test(inner) || text.startsWith('*');
}

/** How a weight changes, or who finds it. */
const wayToWeigh =
  /^(?:adaptive|anneal\w*|auto\w*|balanced|constant|cos(?:ine)?|cycl\w+|default|dwa|dynamic|equal|exp\w*|gradnorm|learn\w*|linear|log\w*|none|ramp\w*|schedule\w*|sigmoid|step|train\w*|uncertainty|uniform|warm\w*)(?:[_-]\w+)?$/i;

function speak(document: ConfigDocument, term: LossTerm, node: ScalarNode): ConfigProblem {
  const text = String(node.value);
  const found = { code: 'weight-not-number', range: term.valueRange } as const;
  if (!decimal.test(text)) {
    const message = `The weight of ${term.name} is not a number: ${term.text}.`;
    // A word may be one that the program knows; digits were meant to be a number.
    const severity = /\d/.test(text) ? 'error' : 'warning';
    return { ...found, severity, message };
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
