import type { Strategy } from './strategy.ts';
import type { StrategyProperties } from './strategyProperties.ts';

/** What is known of the losses at hand. */
export interface LossSituation {
  /** How many take part. */
  readonly losses: number;
  /** The longest of their gradients over the shortest, where it was measured. */
  readonly normRatio?: number;
  /** Whether some two conflict beyond the noise of batches, where it was tested. */
  readonly conflict?: boolean;
}

/** Strategies that differ here in the length of the step or in lag alone. */
export interface SameStrategies {
  readonly names: readonly string[];
  /** One sentence. */
  readonly why: string;
}

/** What a strategy promises for so many losses. */
export interface StrategyPromise {
  readonly name: string;
  /** Whether the step goes up in no loss. */
  readonly nonConflicting: StrategyProperties['nonConflictingMore'];
  readonly scaleInvariance: StrategyProperties['scaleInvariance'];
  readonly whenOneVanishes: StrategyProperties['whenOneVanishes'];
  /** False where the weights of the config change at most the length of the step. */
  readonly followsWeights: boolean;
}

/** What can be said about the choice of a strategy before trying any. */
export interface StrategyChoice {
  readonly same: readonly SameStrategies[];
  /** Names of those that are in no group of `same`. */
  readonly apart: readonly string[];
  readonly promises: readonly StrategyPromise[];
  /** Sentences that follow from what was measured. */
  readonly advice: readonly string[];
  readonly baseline: typeof sweepIsTheBaseline;
}

/** Kept short, so that a hover can show it (science.md §1.5). */
export const sweepIsTheBaseline = {
  words:
    'A sweep of fixed weights is the baseline to beat: published comparisons find little or no gain over tuned weighted sums.',
  sources: [
    'Kurin et al. NeurIPS 2022, In defense of the unitary scalarization',
    'Xin et al. NeurIPS 2022, Do current multi-task optimization methods even help?',
    'arXiv 2505.10347 (2025), where fixed weights stay competitive',
  ],
} as const;

/** From this ratio on a sum follows the longest gradient nearly alone (science.md §0, finding 7). */
const unbalanced = 30;

/** Which of some strategies differ at all for these losses, and what each promises. Pure. */
export function chooseStrategy(
  strategies: readonly Strategy[],
  situation: LossSituation,
): StrategyChoice {
  const same = sameHere(strategies, situation);
  const grouped = new Set(same.flatMap(({ names }) => names));
  return {
    same,
    apart: namesOf(strategies.filter(({ name }) => !grouped.has(name))),
    promises: strategies.map((strategy) => promiseOf(strategy, situation.losses)),
    advice: adviceFor(strategies, situation),
    baseline: sweepIsTheBaseline,
  };
}

/** Whether the config's weights turn the step of a strategy. */
export function followsWeights({ weightsApply, properties }: Strategy): boolean {
  return weightsApply === 'after' || !isScaleFree(properties);
}

function promiseOf(strategy: Strategy, losses: number): StrategyPromise {
  const { nonConflictingTwo, nonConflictingMore, scaleInvariance, whenOneVanishes } =
    strategy.properties;
  return {
    name: strategy.name,
    nonConflicting: losses > 2 ? nonConflictingMore : nonConflictingTwo,
    scaleInvariance,
    whenOneVanishes,
    followsWeights: followsWeights(strategy),
  };
}

function sameHere(
  strategies: readonly Strategy[],
  { losses, conflict }: LossSituation,
): readonly SameStrategies[] {
  const groups = [
    ...(losses === 2 ? groupBy(strategies, 'twoLossDirection', oneDirectionOfTwo) : []),
    ...(losses > 2 ? groupBy(strategies, 'direction', oneDirection) : []),
    ...(conflict === false ? groupBy(strategies, 'withoutConflict', withoutConflict) : []),
    ...groupBy(strategies, 'objective', oneObjective),
  ];
  if (losses > 1) return groups;
  return [{ names: namesOf(strategies), why: 'A single loss has one direction: its gradient.' }];
}

const oneDirectionOfTwo = (word: string): string =>
  `Two losses of equal weight have one direction, the ${word} of the gradients or of their averages; only the length of the step differs.`;
const oneDirection = (word: string): string =>
  `One direction for any number of losses, that of ${word}; only the length of the step differs.`;
const withoutConflict = (word: string): string =>
  `Without conflict these take the ${word}; only the length of the step differs.`;
const oneObjective = (word: string): string =>
  `One objective, the ${word}; they differ in lag, in the length of the step and in bounds.`;

/** Those that share a word, where it is more than one. */
function groupBy(
  strategies: readonly Strategy[],
  key: 'direction' | 'objective' | 'twoLossDirection' | 'withoutConflict',
  why: (word: string) => string,
): readonly SameStrategies[] {
  const words = [...new Set(strategies.flatMap(({ properties }) => properties[key] ?? []))];
  return words
    .map((word) => {
      const alike = strategies.filter(({ properties }) => properties[key] === word);
      return { names: namesOf(alike), why: why(word) };
    })
    .filter(({ names }) => names.length > 1);
}

function adviceFor(
  strategies: readonly Strategy[],
  { losses, normRatio, conflict }: LossSituation,
): readonly string[] {
  const withHold = (hold: string): readonly Strategy[] =>
    strategies.filter((strategy) => promiseOf(strategy, losses).nonConflicting === hold);
  const advice: string[] = [];
  if (normRatio !== undefined && normRatio >= unbalanced) {
    // One that trains with a loss at a time goes along their sum within a round.
    const blind = strategies.filter(
      ({ properties, alternates }) => isScaleFree(properties) && !alternates,
    );
    advice.push(
      `Gradients differ ${Number(normRatio.toPrecision(2))} times in length: a sum follows the longest. Not so ${list(blind)}, or weights that make up for it.`,
    );
  }
  if (conflict === true && losses > 1) {
    advice.push(
      `Losses conflict: to first order no step of ${list(withHold('always'))} raises one.`,
    );
    const partly = withHold('if independent');
    if (partly.length > 0) {
      advice.push(
        `The same holds for ${list(partly)} while no gradient is a combination of others.`,
      );
    }
  }
  if (conflict === false && losses > 1) {
    advice.push('No conflict was found: what avoids conflicts has nothing to do here.');
  }
  return advice;
}

function isScaleFree({ scaleInvariance }: StrategyProperties): boolean {
  return scaleInvariance === 'direction' || scaleInvariance === 'full';
}

function namesOf(strategies: readonly Strategy[]): readonly string[] {
  return strategies.map(({ name }) => name);
}

function list(strategies: readonly Strategy[]): string {
  return namesOf(strategies).join(', ');
}
