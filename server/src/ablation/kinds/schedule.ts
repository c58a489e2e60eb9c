import { fail, succeed } from '../../base/result.ts';
import type { VariantRequest } from '../../model/ablationRequest.ts';
import type { ValueChange } from '../../syntax/setValues.ts';
import type { VariantKind } from '../kind.ts';
import { exampleSubject, foreignSubject } from './exampleSubject.ts';
import { choicesOf, unknownName } from './namedChoice.ts';
import { findRequestedTerm } from './termChange.ts';

type ScheduleRequest = Extract<VariantRequest, { kind: 'schedule' }>;

/** Courses of the learning rate, or of the weight of one loss. */
export const schedule: VariantKind<ScheduleRequest> = {
  name: 'schedule',
  description:
    'Lets the learning rate, or the weight of one loss, follow other schedules over the run.',
  examples: [
    {
      subject: exampleSubject,
      request: { kind: 'schedule', names: ['cosine'] },
      title: 'schedules of the learning rate',
      variants: [
        {
          label: 'learning rate cosine',
          weights: [],
          values: [{ path: ['learning_rate_schedule', 'name'], value: 'cosine' }],
        },
      ],
    },
    {
      subject: exampleSubject,
      request: { kind: 'schedule', names: ['linear'], term: 'kl' },
      title: 'schedules of kl',
      variants: [
        {
          label: 'kl linear',
          weights: [],
          values: [
            { path: ['strategy'], value: null },
            { path: ['strategy', 'name'], value: 'linear' },
            { path: ['strategy', 'term'], value: 'kl' },
          ],
        },
      ],
    },
  ],
  refusals: [
    {
      subject: foreignSubject,
      request: { kind: 'schedule', names: ['cosine'] },
      words: 'Only the loss weights',
    },
    {
      subject: exampleSubject,
      request: { kind: 'schedule', names: ['cosin'] },
      words: 'Did you mean cosine?',
    },
    {
      subject: exampleSubject,
      request: { kind: 'schedule', names: ['constant'], term: 'kl' },
      words: 'no schedule of a weight "constant"',
    },
    {
      subject: exampleSubject,
      request: { kind: 'schedule', names: ['linear'], term: 'render' },
      words: 'no loss term "render"',
    },
  ],
  title: ({ term }) => `schedules of ${term ?? 'the learning rate'}`,
  variants(subject, { names, term }) {
    const choices = choicesOf(subject);
    if (!choices.ok) return choices;
    const { schedule: rate, strategy, termSchedules } = choices.value;
    if (term === undefined) {
      const unknown = unknownName('schedule', rate, names);
      if (unknown !== undefined) return fail(unknown);
      return succeed(
        names.map((name) => ({
          label: `learning rate ${name}`,
          weights: [],
          values: [{ path: rate.path, value: name }],
        })),
      );
    }
    const found = findRequestedTerm(subject.terms, { term });
    if (!found.ok) return found;
    const unknown = unknownName('schedule of a weight', { names: termSchedules }, names);
    if (unknown !== undefined) return fail(unknown);
    return succeed(
      names.map((name) => ({
        label: `${term} ${name}`,
        weights: [],
        values: strategyOf(strategy.path, name, term),
      })),
    );
  },
};

/** First none, so that options of another strategy do not stay. */
function strategyOf(path: readonly string[], name: string, term: string): readonly ValueChange[] {
  return [
    { path, value: null },
    { path: [...path, 'name'], value: name },
    { path: [...path, 'term'], value: term },
  ];
}
