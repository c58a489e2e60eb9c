import type { ConfigProblem } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { type ConfigDocument, findNode, type MappingEntry } from '../../syntax/configTree.ts';
import { removeEntry } from '../../syntax/removeEntry.ts';
import type { ConfigRule } from '../configRule.ts';

/** Python keeps the last of two equal keys and says nothing. */
export const weightSetTwice: ConfigRule = {
  name: 'weight-set-twice',
  description: 'A weight is set twice in the same mapping; only the last one counts.',
  examples: [
    {
      language: 'yaml',
      text: 'model:\n  kl_weight: 1.0\n  tv_weight: 2.0\n  kl_weight: 0.1\n',
      fires: ['kl_weight'],
    },
    { language: 'json', text: '{"kl_weight": 1, "kl_weight": 2}', fires: ['"kl_weight"'] },
    {
      language: 'yaml',
      text: 'encoder:\n  kl_weight: 1.0\ndecoder:\n  kl_weight: 0.1\n',
      fires: [],
    },
  ],
  check(document, terms) {
    return terms.flatMap((term) =>
      earlierEntries(document, term).map((entry) => speak(document, entry, term)),
    );
  },
};

/** The entries of the same mapping and key that stand before the one that counts. */
function earlierEntries(document: ConfigDocument, { path }: LossTerm): readonly MappingEntry[] {
  const parent = findNode(document.root, path.slice(0, -1));
  if (parent?.kind !== 'mapping') return [];
  // In a program a variable may be set anew, or in each branch; only of two equal keys one is lost.
  const keys = parent.entries.filter(({ key }) => key === path.at(-1));
  return keys.slice(0, -1).filter(({ origin }) => origin === undefined || origin === 'argument');
}

function speak(document: ConfigDocument, entry: MappingEntry, term: LossTerm): ConfigProblem {
  // In a program arguments share their lines, and nobody but its author knows which was meant.
  const removal = document.sums ? undefined : removeEntry(document.text, entry);
  return {
    code: 'weight-set-twice',
    severity: 'warning',
    message: `The weight of ${term.name} is set again below, to ${term.text}: this one does not count.`,
    range: entry.keyRange,
    ...(removal && { fixes: [{ title: 'Remove this one', ...removal }] }),
  };
}
