import type { StartAblation } from '#protocol/ablation';
import type { AblateArgument } from '#protocol/commands';
import type { LossTermsAnswer } from '#protocol/lossTerms';
import { formatNumber } from '../progress/progressText.ts';

/** A kind that makes several variants, or varies more than weights. */
export type SeveralKind = Exclude<
  NonNullable<AblateArgument['kind']>,
  'only' | 'scale' | 'set' | 'without'
>;

/** The request of such a kind. */
export type SeveralRequest = Extract<StartAblation['request'], { kind: SeveralKind }>;

type ChoicePlace = NonNullable<LossTermsAnswer['choices']>['strategy'];

/** What can be varied beside one weight, as the picker offers it. */
export interface SeveralChoice {
  readonly label: string;
  readonly description: string;
  readonly several: SeveralKind;
  /** The key of a form of loss, or the name of a set. */
  readonly name?: string;
  /** Of a schedule: whether that of a loss weight is meant, and not that of the learning rate. */
  readonly ofTerm?: true;
}

/** The terms whose weights can be varied. */
export function variedTerms({ terms }: LossTermsAnswer): LossTermsAnswer['terms'] {
  return terms.filter(({ weight, problem }) => weight !== undefined && problem === undefined);
}

export function severalChoices(answer: LossTermsAnswer): readonly SeveralChoice[] {
  const { choices, sets = [] } = answer;
  const weighed = variedTerms(answer);
  const weights = weighed.map(({ name, weight = 0 }) => `${name} ${formatNumber(weight)}`);
  return [
    ...sets.map(({ name, requests }) => ({
      label: `Set ${name}`,
      description: `${requests} ${requests === 1 ? 'request' : 'requests'} of counterweight.yaml`,
      several: 'named' as const,
      name,
    })),
    ...(weighed.length === 0
      ? []
      : [
          {
            label: 'Sweep weights…',
            description: weights.join(', '),
            several: 'sweep' as const,
          },
          {
            label: 'Search weights at random…',
            description: weights.join(', '),
            several: 'search' as const,
          },
        ]),
    ...(choices ? taskChoices(choices) : []),
  ];
}

function taskChoices({
  strategy,
  schedule,
  losses,
  mode,
  shuffles,
}: NonNullable<LossTermsAnswer['choices']>): readonly SeveralChoice[] {
  const shuffled = shuffles.map(({ path, now }) => `${path.at(-1)} ${now}`);
  return [
    { label: 'Strategies…', description: nowOf(strategy, 'fixed'), several: 'strategy' },
    ...losses.map((place) => ({
      label: `Form of ${place.path.at(-1)}…`,
      description: nowOf(place, 'the form of the task'),
      several: 'loss' as const,
      name: place.path.join('.'),
    })),
    {
      label: 'Schedule of the learning rate…',
      description: nowOf(schedule, 'constant'),
      several: 'schedule',
    },
    {
      label: 'Schedule of a loss weight…',
      description: nowOf(strategy, 'fixed'),
      several: 'schedule',
      ofTerm: true,
    },
    { label: 'Mode…', description: nowOf(mode, 'joint'), several: 'mode' },
    ...(shuffles.length === 0
      ? []
      : [
          {
            label: 'Shuffle conditions',
            description: `now ${shuffled.join(', ')}`,
            several: 'shuffle' as const,
          },
        ]),
  ];
}

function nowOf({ now }: ChoicePlace, otherwise: string): string {
  return `now ${now ?? otherwise}`;
}

/** The names that a kind chooses among, without the one that the config has; undefined for other kinds. */
export function namesFor(
  { choices }: LossTermsAnswer,
  { several, name, ofTerm }: SeveralChoice,
): readonly string[] | undefined {
  if (!choices) return undefined;
  if (ofTerm) return choices.termSchedules;
  const place =
    several === 'loss'
      ? choices.losses.find(({ path }) => path.join('.') === name)
      : several === 'strategy' || several === 'schedule' || several === 'mode'
        ? choices[several]
        : undefined;
  return place?.names.filter((each) => each !== place.now);
}

/** The request with the names that were picked. */
export function namedRequest(
  { several, name }: SeveralChoice,
  names: readonly string[],
): SeveralRequest | undefined {
  const picked = { names: [...names] };
  switch (several) {
    case 'strategy':
    case 'schedule':
    case 'mode':
      return { kind: several, ...picked };
    case 'loss':
      return { kind: several, ...picked, ...(name === undefined ? {} : { key: name }) };
    default:
      return undefined;
  }
}

/** More are refused by the plan. */
const mostVariants = 1000;

/** Factors that are tried where nobody says otherwise: half a decade apart. */
const factors = [0.1, 0.3, 3, 10];

/** What stands in the box at first: around the weight, or where it is 0 some small ones. */
export function suggestedWeights(weight: number | undefined): string {
  const around = weight ? factors.map((factor) => weight * factor) : [0.01, 0.1, 1];
  return around.map(formatNumber).join(', ');
}

/** Two decades around the weight. */
export function suggestedBounds(weight: number | undefined): string {
  const middle = weight ? Math.abs(weight) : 0.1;
  return `${formatNumber(middle / 10)}, ${formatNumber(middle * 10)}`;
}

/** The numbers of a list, or in words why they are none. */
export function readNumbers(text: string): readonly number[] | string {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) return 'Write numbers with commas between them, such as 0.1, 1, 10.';
  const wrong = parts.find((part) => !Number.isFinite(Number(part)));
  if (wrong !== undefined) return `"${wrong}" is not a number; write some such as 0.1, 1, 10.`;
  return parts.map(Number);
}

/** What is wrong with the weights of a term, where those of others make so many combinations before it. */
export function weightsProblem(text: string, before: number): string | undefined {
  const numbers = readNumbers(text);
  if (typeof numbers === 'string') return numbers;
  const count = before * numbers.length;
  return count <= mostVariants
    ? undefined
    : `These are ${count.toLocaleString('en')} variants; an experiment has at most ${mostVariants.toLocaleString('en')}.`;
}

export function boundsProblem(text: string): string | undefined {
  const numbers = readNumbers(text);
  if (typeof numbers === 'string') return numbers;
  const [low = 0, high = 0] = numbers;
  if (numbers.length === 2 && low > 0 && high > low) return undefined;
  return 'Write the lowest and the highest weight, both above 0, such as 0.01, 10.';
}

export function countProblem(text: string): string | undefined {
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= mostVariants
    ? undefined
    : `Write a whole number from 1 to ${mostVariants}.`;
}
