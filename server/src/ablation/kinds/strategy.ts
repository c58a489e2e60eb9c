import { fail, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { VariantKind } from '../kind.ts';
import { exampleSubject, foreignSubject } from './exampleSubject.ts';
import { choicesOf, unknownName } from './namedChoice.ts';

type StrategyRequest = Extract<VariantRequest, { kind: 'strategy' }>;

/** The weights as they stand: what every strategy has to beat. */
const fixedName = 'fixed';

/** Fixed weights against strategies that balance them. */
export const strategy: VariantKind<StrategyRequest> = {
  name: 'strategy',
  description:
    'Sets the weights as they are against balancing strategies: is one better than fixed weights?',
  examples: [
    {
      subject: exampleSubject,
      request: { kind: 'strategy', names: ['gradnorm', 'pcgrad'] },
      title: 'strategies',
      variants: [
        { label: 'gradnorm', weights: [], values: [{ path: ['strategy'], value: 'gradnorm' }] },
        { label: 'pcgrad', weights: [], values: [{ path: ['strategy'], value: 'pcgrad' }] },
      ],
    },
  ],
  refusals: [
    {
      subject: foreignSubject,
      request: { kind: 'strategy', names: ['gradnorm'] },
      words: 'Only the loss weights',
    },
    {
      subject: exampleSubject,
      request: { kind: 'strategy', names: ['gradnrom'] },
      words: 'Did you mean gradnorm?',
    },
  ],
  title: () => 'strategies',
  variants(subject, { names }) {
    const choices = choicesOf(subject);
    if (!choices.ok) return choices;
    const { strategy: place } = choices.value;
    const unknown = unknownName('strategy', place, names);
    if (unknown !== undefined) return fail(unknown);
    // A config with a strategy of its own is compared with fixed weights too.
    const isOwn = place.now !== undefined && place.now !== fixedName;
    const all = isOwn ? [...new Set([fixedName, ...names])] : names;
    return succeed(
      all.map((name) => ({
        label: name,
        weights: [],
        values: [{ path: place.path, value: name }],
      })),
    );
  },
};
