import { fail, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { VariantKind } from '../kind.ts';
import { exampleSubject, foreignSubject } from './exampleSubject.ts';
import { choicesOf, dotted, unknownName } from './namedChoice.ts';

type ModeRequest = Extract<VariantRequest, { kind: 'mode' }>;

const { choices } = exampleSubject;
/** A task without modes of its own: they are strategies there. */
const withoutModes = {
  ...exampleSubject,
  choices: choices && {
    ...choices,
    mode: { path: ['strategy'], names: ['alternating', 'joint', 'two-stage'] },
  },
};

/** All losses at once, in two stages, or in turn. */
export const mode: VariantKind<ModeRequest> = {
  name: 'mode',
  description: 'Trains the losses at once, in two stages, or in turn.',
  examples: [
    {
      subject: exampleSubject,
      request: { kind: 'mode', names: ['two-stage', 'alternating'] },
      title: 'modes',
      variants: [
        { label: 'two-stage', weights: [], values: [{ path: ['mode'], value: 'two-stage' }] },
        { label: 'alternating', weights: [], values: [{ path: ['mode'], value: 'alternating' }] },
      ],
    },
    {
      subject: withoutModes,
      request: { kind: 'mode', names: ['joint', 'two-stage'] },
      title: 'modes',
      variants: [
        { label: 'joint', weights: [], values: [{ path: ['strategy'], value: 'fixed' }] },
        { label: 'two-stage', weights: [], values: [{ path: ['strategy'], value: 'two-stage' }] },
      ],
    },
  ],
  refusals: [
    {
      subject: foreignSubject,
      request: { kind: 'mode', names: ['two-stage'] },
      words: 'Only the loss weights',
    },
    {
      subject: exampleSubject,
      request: { kind: 'mode', names: ['detached'] },
      words: 'no mode "detached"',
    },
  ],
  title: () => 'modes',
  variants(subject, { names }) {
    const found = choicesOf(subject);
    if (!found.ok) return found;
    const { mode: place, strategy } = found.value;
    const unknown = unknownName('mode', place, names);
    if (unknown !== undefined) return fail(unknown);
    const isStrategy = dotted(place.path) === dotted(strategy.path);
    return succeed(
      names.map((name) => {
        const value = isStrategy && name === 'joint' ? 'fixed' : name;
        return { label: name, weights: [], values: [{ path: place.path, value }] };
      }),
    );
  },
};
