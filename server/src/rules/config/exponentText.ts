import type { ConfigDocument, ScalarNode } from '../../syntax/configTree.ts';
import { findNode } from '../../syntax/configTree.ts';
import type { ConfigRule } from '../configRule.ts';

/** A number for everybody but YAML 1.1, which wants a dot before the exponent and a sign in it. */
const exponentForm = /^([-+]?)(\d[\d_]*|\d*\.\d*)[eE]([-+]?)(\d+)$/;

/** `kl_weight: 1e-2`, which PyYAML reads as a text. */
export const exponentText: ConfigRule = {
  name: 'exponent-text',
  description:
    'A weight such as `1e-2`, which PyYAML (YAML 1.1) reads as a text; OmegaConf, jsonargparse and ruamel.yaml read it as a number.',
  examples: [
    {
      language: 'yaml',
      text: 'kl_weight: 1e-2\nrecon_weight: 2.5E3\ntv_weight: 1.0e-2\nmse_weight: "1e-2"\n',
      fires: ['1e-2', '2.5E3'],
    },
    { language: 'yaml', text: 'defaults: [base]\nkl_weight: 1e-2\n', fires: [] },
    { language: 'yaml', text: 'kl_weight: !!float 1e-2\n', fires: [] },
    // Where it is written, and not where it is referred to.
    { language: 'yaml', text: 'kl_weight: &w 1e-2\ntv_weight: *w\n', fires: ['1e-2'] },
    { language: 'json', text: '{"kl_weight": 1e-2}', fires: [] },
    { language: 'toml', text: 'kl_weight = 1e-2\n', fires: [] },
  ],
  check(document, terms) {
    return terms.flatMap(({ name, weight, path, valueRange }) => {
      const node = weight === undefined ? findNode(document.root, path) : undefined;
      if (node?.kind !== 'scalar' || !isExponentText(document, node)) return [];
      const newText = withDotAndSign(node.text);
      return [
        {
          code: 'exponent-text',
          severity: 'warning',
          message: `The weight of ${name} is the text ${node.text} for PyYAML, not a number: it wants ${wants(node.text)}. OmegaConf, jsonargparse and ruamel.yaml read the number.`,
          range: valueRange,
          fixes: [{ title: `Write ${newText}`, range: valueRange, newText }],
        },
      ];
    });
  },
};

/** True for what a YAML file's reader takes for a text for the want of a dot or a sign. */
export function isExponentText({ language }: ConfigDocument, node: ScalarNode): boolean {
  return language === 'yaml' && node.value === node.text && exponentForm.test(node.text);
}

function wants(text: string): string {
  const [, , mantissa = '', exponentSign] = exponentForm.exec(text) ?? [];
  const dot = mantissa.includes('.') ? [] : ['a dot before the exponent'];
  const sign = exponentSign ? [] : ['a sign behind the e'];
  return [...dot, ...sign].join(' and ');
}

/** `1e-2` → `1.0e-2`, `2.5E3` → `2.5E+3`. */
function withDotAndSign(text: string): string {
  return text.replace(
    exponentForm,
    (_, sign: string, mantissa: string, exponentSign: string, exponent: string) => {
      const dotted = mantissa.includes('.') ? mantissa.replace(/^\./, '0.') : `${mantissa}.0`;
      const letter = text.includes('E') ? 'E' : 'e';
      return `${sign}${dotted}${letter}${exponentSign || '+'}${exponent}`;
    },
  );
}
