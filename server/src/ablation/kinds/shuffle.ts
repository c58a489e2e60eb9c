import { fail, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { VariantKind } from '../kind.ts';
import { exampleSubject, foreignSubject } from './exampleSubject.ts';
import { choicesOf, dotted, unknownName } from './namedChoice.ts';

type ShuffleRequest = Extract<VariantRequest, { kind: 'shuffle' }>;

const { choices } = exampleSubject;

/** A condition of another sample in the place of each one's own. */
export const shuffle: VariantKind<ShuffleRequest> = {
  name: 'shuffle',
  description:
    'Gives every sample the condition of another: where nothing is lost, the condition is not used.',
  examples: [
    {
      subject: exampleSubject,
      request: { kind: 'shuffle' },
      title: 'shuffled conditions',
      variants: [
        {
          label: 'shuffle_flow',
          weights: [],
          values: [{ path: ['condition', 'shuffle_flow'], value: true }],
        },
        {
          label: 'without shuffle_dino',
          weights: [],
          values: [{ path: ['condition', 'shuffle_dino'], value: false }],
        },
      ],
    },
    {
      subject: exampleSubject,
      request: { kind: 'shuffle', keys: ['condition.shuffle_flow'] },
      title: 'shuffled conditions',
      variants: [
        {
          label: 'shuffle_flow',
          weights: [],
          values: [{ path: ['condition', 'shuffle_flow'], value: true }],
        },
      ],
    },
  ],
  refusals: [
    { subject: foreignSubject, request: { kind: 'shuffle' }, words: 'Only the loss weights' },
    {
      subject: { ...exampleSubject, choices: choices && { ...choices, shuffles: [] } },
      request: { kind: 'shuffle' },
      words: 'No key of this config shuffles',
    },
    {
      subject: exampleSubject,
      request: { kind: 'shuffle', keys: ['shuffle_flo'] },
      words: 'Did you mean shuffle_flow?',
    },
  ],
  title: () => 'shuffled conditions',
  variants(subject, { keys }) {
    const found = choicesOf(subject);
    if (!found.ok) return found;
    const { shuffles } = found.value;
    if (shuffles.length === 0) {
      return fail('No key of this config shuffles a condition over the samples.');
    }
    const names = shuffles.map(({ path }) => path.at(-1) ?? '');
    const asked = keys?.map((key) => {
      const at = shuffles.findIndex(({ path }) => dotted(path) === key);
      return names[at] ?? key;
    });
    const unknown = unknownName('key that shuffles', { names }, asked ?? []);
    if (unknown !== undefined) return fail(unknown);
    return succeed(
      shuffles.flatMap(({ path, now }, at) => {
        const name = names[at] ?? '';
        if (asked && !asked.includes(name)) return [];
        const label = now ? `without ${name}` : name;
        return [{ label, weights: [], values: [{ path, value: !now }] }];
      }),
    );
  },
};
