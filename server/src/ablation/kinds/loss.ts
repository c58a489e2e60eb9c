import { fail, type Result, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { ChoicePlace } from '../../model/taskChoices.ts';
import type { VariantKind } from '../kind.ts';
import { exampleSubject, foreignSubject } from './exampleSubject.ts';
import { choicesOf, dotted, unknownName } from './namedChoice.ts';

type LossRequest = Extract<VariantRequest, { kind: 'loss' }>;

/** Other forms of one loss. */
export const loss: VariantKind<LossRequest> = {
  name: 'loss',
  description: 'Gives a loss other forms: does smooth L1 do better than squares?',
  examples: [
    {
      subject: exampleSubject,
      request: { kind: 'loss', names: ['smooth-l1'], key: 'encoder_loss' },
      title: 'forms of encoder_loss',
      variants: [
        {
          label: 'smooth-l1',
          weights: [],
          values: [{ path: ['loss', 'encoder_loss'], value: 'smooth-l1' }],
        },
      ],
    },
    {
      // Only one key takes it.
      subject: exampleSubject,
      request: { kind: 'loss', names: ['gate-entropy'] },
      title: 'forms of a loss',
      variants: [
        {
          label: 'gate-entropy',
          weights: [],
          values: [{ path: ['loss', 'gate_loss'], value: 'gate-entropy' }],
        },
      ],
    },
  ],
  refusals: [
    {
      subject: foreignSubject,
      request: { kind: 'loss', names: ['smooth-l1'] },
      words: 'Only the loss weights',
    },
    {
      subject: exampleSubject,
      request: { kind: 'loss', names: ['smooth-l1'], key: 'render_loss' },
      words: 'encoder_loss, loss.gate_loss',
    },
    {
      subject: exampleSubject,
      request: { kind: 'loss', names: ['smooth'], key: 'loss.encoder_loss' },
      words: 'no form of the loss "smooth"',
    },
    {
      subject: exampleSubject,
      request: { kind: 'loss', names: ['smooth-l1', 'gate-entropy'] },
      words: 'Say which key',
    },
  ],
  title: ({ key }) => `forms of ${key ?? 'a loss'}`,
  variants(subject, { names, key }) {
    const choices = choicesOf(subject);
    if (!choices.ok) return choices;
    const place = findPlace(choices.value.losses, names, key);
    if (!place.ok) return place;
    const unknown = unknownName('form of the loss', place.value, names);
    if (unknown !== undefined) return fail(unknown);
    const { path } = place.value;
    return succeed(
      names.map((name) => ({ label: name, weights: [], values: [{ path, value: name }] })),
    );
  },
};

/** The key that is meant: by its dotted path or its last part, or the only one that takes the names. */
function findPlace(
  places: readonly ChoicePlace[],
  names: readonly string[],
  key: string | undefined,
): Result<ChoicePlace> {
  if (places.length === 0) return fail('No key of this config chooses the form of a loss.');
  const keys = places.map(({ path }) => dotted(path)).join(', ');
  if (key !== undefined) {
    const found = places.find(({ path }) => dotted(path) === key || path.at(-1) === key);
    return found
      ? succeed(found)
      : fail(`No key "${key}" chooses the form of a loss here; there are ${keys}.`);
  }
  const fitting = places.filter((place) => names.every((name) => place.names.includes(name)));
  const [only, ...others] = places.length === 1 ? places : fitting;
  return only && others.length === 0
    ? succeed(only)
    : fail(`Say which key shall have another form of loss; there are ${keys}.`);
}
