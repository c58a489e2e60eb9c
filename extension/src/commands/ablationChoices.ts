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
}

export function termChoices(terms: LossTermsAnswer['terms']): readonly TermChoice[] {
  return terms.map(({ name, weight }) => ({
    label: name,
    description: weight === undefined ? 'its weight is not a number' : `weight ${weight}`,
    term: name,
    weight,
  }));
}

/** What can be tried with a term; the resulting weights are shown where they are known. */
export function kindChoices(term: string, weight: number | undefined): readonly KindChoice[] {
  const times = (factor: number): string =>
    weight === undefined ? '' : `${formatNumber(weight)} → ${formatNumber(weight * factor)}`;
  return [
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
}

/** Why a text is not a number to try; undefined for one that is. */
export function numberProblem(text: string): string | undefined {
  if (text.trim() === '') return 'Write a number, such as 0.5 or 1e-4.';
  return Number.isFinite(Number(text))
    ? undefined
    : `"${text.trim()}" is not a number; write one such as 0.5 or 1e-4.`;
}
