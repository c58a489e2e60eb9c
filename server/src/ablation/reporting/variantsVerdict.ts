import { type InTurns, mapInTurns } from '../../base/turns.ts';
import type { ReportRow, Variant } from '../../model/ablation.ts';
import { isFinalState } from '../../model/run.ts';
import type { Arms } from './arms.ts';
import { describeMovement, describeUndecided, explainSeeds, type Movement } from './movement.ts';
import { type AlikeVariants, appraisal, judgeLikeness, listed, movementsOf } from './verdict.ts';
import { countOf } from './wording.ts';

/**
 * So many variants have a sentence of their own, about all metrics; of more, those that are decided
 * in the metric that counts most have one about it.
 */
const mostSentences = 8;

/** What is known of one variant. */
interface Judged {
  readonly variant: Variant;
  readonly movements: readonly Movement[];
  /** In words, where there is nothing to measure. */
  readonly instead: string | undefined;
}

/**
 * What an experiment with several variants says: first how many differ from the baseline in the
 * metric that counts most, then a sentence for each variant, in the order in which they are given. A turn
 * is one variant.
 */
export function* judgeVariants(
  arms: Arms,
  rows: readonly ReportRow[],
  variants: readonly Variant[],
  likenesses: AlikeVariants,
): InTurns<readonly string[]> {
  const judged = yield* mapInTurns(variants, (one) => judge(arms, rows, one, likenesses));
  const measured = judged.filter(({ movements }) => movements.length > 0);
  const several = measured.some(({ movements }) =>
    movements.some(({ reach }) => reach !== undefined),
  );
  const isFew = judged.length <= mostSentences;
  const telling = isFew ? judged : judged.map((one) => inPrimary(one, rows)).filter(isTelling);
  const shown = telling.slice(0, mostSentences);
  const rest = judged.length - shown.length;
  return [
    ...(measured.length > 0 ? [several ? summary(rows, measured) : oneSeed] : []),
    ...shown.map((one) => sentence(one, several)),
    ...(rest > 0 ? [`${countOf(rest, 'more variant')} in the table, best first.`] : []),
    ...explainSeeds(shown.flatMap(undecidedOf)),
    ...(several ? [caveat] : []),
  ];
}

const oneSeed = 'One seed a variant: nothing here can be told from chance. Give two seeds or more.';

const caveat =
  'Each metric is judged by itself, its comparisons with the baseline corrected by Holm; the 95 % intervals are not corrected. Name the metrics that count in ablation.metrics.';

function judge(
  arms: Arms,
  rows: readonly ReportRow[],
  variant: Variant,
  likenesses: AlikeVariants,
): Judged {
  const { record } = arms;
  const pairs = arms.pairs(variant.id);
  if (pairs.length === 0) {
    const yet = isFinalState(record.state) ? '' : ' yet';
    return { variant, movements: [], instead: `${variant.label}: no finished pair of runs${yet}.` };
  }
  const alike = judgeLikeness(record, pairs, variant, likenesses);
  const movements = alike === undefined ? movementsOf(rows, variant) : [];
  const nothing = `${variant.label}: no metric has a finite number at the end of both arms.`;
  return { variant, movements, instead: alike ?? (movements.length === 0 ? nothing : undefined) };
}

function inPrimary(one: Judged, [primary]: readonly ReportRow[]): Judged {
  return { ...one, movements: one.movements.filter(({ metric }) => metric === primary?.metric) };
}

function isTelling({ movements, instead }: Judged): boolean {
  return instead !== undefined || movements.some(({ decided }) => decided);
}

/** `On psnr, 2 of 5 variants are better than the baseline, 1 is worse, 2 are not decided (…).` */
function summary([primary]: readonly ReportRow[], judged: readonly Judged[]): string {
  const moves = judged.flatMap(
    ({ movements }) => movements.find(({ metric }) => metric === primary?.metric) ?? [],
  );
  if (moves.length === 0) return `${primary?.metric} has no finite number at the end of any pair.`;
  const decided = moves.filter((move) => move.decided);
  const count = (effect: Movement['effect']): number =>
    decided.filter((move) => move.effect === effect).length;
  const parts = [
    [count('better'), 'better than the baseline'],
    [count('worse'), 'worse'],
    [count('unknown'), 'different'],
    [moves.length - decided.length, 'not decided'],
  ] as const;
  const said = parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${number === 1 ? 'is' : 'are'} ${words}`)
    .join(', ');
  const tested = moves.filter(({ reach }) => reach !== undefined).map((move) => move.seeds);
  const [fewest, most] = [Math.min(...tested), Math.max(...tested)];
  const seeds = `${fewest === most ? '' : `${fewest} to `}${countOf(most, 'seed')}`;
  const how = tested.length > 0 ? ` (paired t over ${seeds}, corrected by Holm)` : '';
  return `On ${primary?.metric}, of ${countOf(moves.length, 'variant')} ${said}${how}.`;
}

function undecidedOf({ movements }: Pick<Judged, 'movements'>): readonly Movement[] {
  return movements.filter(({ decided }) => !decided).slice(0, listed);
}

function sentence({ variant, movements, instead }: Judged, several: boolean): string {
  if (instead !== undefined) return instead;
  const { label } = variant;
  if (movements.every(({ reach }) => reach === undefined)) {
    const said = movements.slice(0, listed).map(describeMovement).join('; ');
    return `${label}: ${several ? 'one pair of runs, which is not told from chance: ' : ''}${said}.`;
  }
  const decided = movements.filter((movement) => movement.decided);
  const open = undecidedOf({ movements });
  const moved = decided
    .slice(0, listed)
    .map((movement) => `${describeMovement(movement)}${appraisal(movement)}`);
  const undecided =
    open.length === 0 ? [] : [`not decided: ${open.map(describeUndecided).join(', ')}`];
  return `${label}: ${[...moved, ...undecided].join('; ')}.`;
}
