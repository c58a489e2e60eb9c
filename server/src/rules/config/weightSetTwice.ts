import type { ConfigProblem } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import {
  type ConfigDocument,
  findNode,
  type MappingEntry,
  type MappingNode,
} from '../../syntax/configTree.ts';
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
    const earlier = new Map<MappingNode, ReadonlyMap<string, readonly MappingEntry[]>>();
    return terms.flatMap((term) => {
      const parent = findNode(document.root, term.path.slice(0, -1));
      if (parent?.kind !== 'mapping') return [];
      const known = earlier.get(parent) ?? earlierEntries(parent);
      earlier.set(parent, known);
      const entries = known.get(term.path.at(-1) ?? '') ?? [];
      return entries.map((entry) => speak(document, entry, term));
    });
  },
};

/** By key, the entries of a mapping that stand before the one that counts. */
function earlierEntries({ entries }: MappingNode): ReadonlyMap<string, readonly MappingEntry[]> {
  const earlier = new Map<string, MappingEntry[]>();
  const last = new Map<string, MappingEntry>();
  for (const entry of entries) {
    const before = last.get(entry.key);
    last.set(entry.key, entry);
    // In a program a variable may be set anew, or in each branch; only of two equal keys one is lost.
    if (!before || !(before.origin === undefined || before.origin === 'argument')) continue;
    const known = earlier.get(entry.key);
    if (known) known.push(before);
    else earlier.set(entry.key, [before]);
  }
  return earlier;
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
