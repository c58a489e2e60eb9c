import type { AblateArgument } from '#protocol/commands';
import type { LossTermsAnswer } from '#protocol/lossTerms';
import { formatNumber } from '../progress/progressText.ts';

/** A kind of ablation as the picker offers it. */
export interface KindChoice {
  readonly label: string;
  readonly description: string;
  /** Not `kind`: a quick pick keeps that name for separators. */
  readonly ablation: Extract<
    NonNullable<AblateArgument['kind']>,
    'only' | 'scale' | 'set' | 'without'
  >;
  /** The factor or weight; with `ask`, the user is asked for it. */
  readonly value?: number;
  readonly ask?: string;
}

/** A loss term as the picker offers it. */
export interface TermChoice {
  readonly label: string;
  readonly description: string;
  readonly term: string;
  readonly weight: number | undefined;
  readonly kinds: readonly KindChoice['ablation'][];
  /** Why its weight cannot be varied, where it cannot. */
  readonly problem: string | undefined;
}

export function termChoices(terms: LossTermsAnswer['terms']): readonly TermChoice[] {
  return terms.map(({ name, weight, kinds, problem }) => ({
    label: name,
    description: describeWeight(weight, problem),
    term: name,
    weight,
    kinds,
    problem,
  }));
}

function describeWeight(weight: number | undefined, problem: string | undefined): string {
  if (weight === undefined) return 'its weight is not a number';
  return `weight ${weight}${problem === undefined ? '' : ', cannot be varied here'}`;
}

/** What can be tried with a term as the weights are; the resulting ones are shown where they are known. */
export function kindChoices({
  term,
  weight,
  kinds,
}: Pick<TermChoice, 'kinds' | 'term' | 'weight'>): readonly KindChoice[] {
  const times = (factor: number): string =>
    weight === undefined ? '' : `${formatNumber(weight)} → ${formatNumber(weight * factor)}`;
  const all: readonly KindChoice[] = [
    { label: `Without ${term}`, description: times(0), ablation: 'without' },
    { label: `Only ${term}`, description: 'all other weights → 0', ablation: 'only' },
    { label: `${term} × 2`, description: times(2), ablation: 'scale', value: 2 },
    { label: `${term} × 0.5`, description: times(0.5), ablation: 'scale', value: 0.5 },
    {
      label: `${term} × k…`,
      description: 'a factor of your own',
      ablation: 'scale',
      ask: `Factor for the weight of ${term}`,
    },
    {
      label: `Set ${term}…`,
      description: 'a weight of your own',
      ablation: 'set',
      ask: `Weight of ${term} in the variant`,
    },
  ];
  return all.filter(({ ablation }) => kinds.includes(ablation));
}

/** Why a text is not a number to try; undefined for one that is. */
export function numberProblem(
  text: string,
  { ablation }: Pick<KindChoice, 'ablation'>,
  weight: number | undefined,
): string | undefined {
  if (text.trim() === '') return 'Write a number, such as 0.5 or 1e-4.';
  const number = Number(text);
  if (!Number.isFinite(number)) {
    return `"${text.trim()}" is not a number; write one such as 0.5 or 1e-4.`;
  }
  const isSame = ablation === 'scale' ? number === 1 : number === weight;
  return isSame ? 'With this nothing would differ from the config as it is.' : undefined;
}
