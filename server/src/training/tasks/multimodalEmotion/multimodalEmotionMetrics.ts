import {
  accuracy,
  confusionMatrix,
  rowShares,
} from '../../../numerics/classification/confusionMatrix.ts';
import {
  f1Score,
  type HitCounts,
  hitsOfConfusion,
  hitsOfLabels,
  macroF1,
  recall,
  subsetAccuracy,
} from '../../../numerics/classification/hitCounts.ts';
import { emotions, type LabelKind, modalities, type Utterances } from './multimodalEmotionWorld.ts';

/** What the model said about utterances, row by row. */
interface Judgement {
  /** [count, emotions] */
  readonly logits: ArrayLike<number>;
  /** [count, modalities]: how far each gate is open, from 0 to 1. */
  readonly gates: ArrayLike<number>;
}

type Metrics = Readonly<Record<string, number>>;

/**
 * Figures on held-out utterances:
 *
 * - `f1/macro`, the mean of the emotions' `f1/<emotion>`;
 * - `recall/<emotion>` of the rarest emotion alone;
 * - `acc/val`, the share of right utterances; `acc/impaired`, the same where a modality says nothing;
 *   with `multi` labels an utterance is right where all of its labels are (subset accuracy), and has
 *   an emotion where σ(logit) > 0.5;
 * - `confusion/<true>~<predicted>`, with `single` labels: the share of the utterances of `true` that
 *   were taken for `predicted`, so that each row sums to 1;
 * - `gate/<modality>`, the mean share of the gates that is open to it, and `gate/impaired`, the mean
 *   share that is open to a modality that says nothing (1/3 where the gates do not notice);
 *   figures of impaired utterances are left out where there are none.
 *
 * All of them are NaN where a logit is: a model that diverged is not one that says neutral.
 */
export function emotionMetrics(
  utterances: Utterances,
  judgement: Judgement,
  labels: LabelKind,
): Metrics {
  const told =
    labels === 'single'
      ? singleMetrics(utterances, judgement.logits)
      : multiMetrics(utterances, judgement.logits);
  const metrics = { ...told, ...gateMetrics(utterances, judgement.gates) };
  if (!Array.from(judgement.logits).some(Number.isNaN)) return metrics;
  return Object.fromEntries(Object.keys(metrics).map((name) => [name, Number.NaN]));
}

function singleMetrics({ present, impaired }: Utterances, logits: ArrayLike<number>): Metrics {
  const truth = largestOfRows(present, emotions.length);
  const predicted = largestOfRows(logits, emotions.length);
  const matrix = confusionMatrix(truth, predicted, emotions.length);
  const isRight = truth.map((emotion, row) => (emotion === predicted[row] ? 1 : 0));
  const shares = rowShares(matrix).flatMap((row, from) =>
    row.map((share, to) => [`confusion/${nameOf(from)}~${nameOf(to)}`, share] as const),
  );
  return {
    'acc/val': accuracy(matrix),
    ...ofImpaired('acc/impaired', impaired, (row) => isRight[row]),
    ...scoresOfClasses(hitsOfConfusion(matrix)),
    ...Object.fromEntries(shares),
  };
}

function multiMetrics({ present, impaired }: Utterances, logits: ArrayLike<number>): Metrics {
  // σ(z) > 0.5 is z > 0.
  const predicted = Array.from(logits, (logit) => (logit > 0 ? 1 : 0));
  return {
    'acc/val': subsetAccuracy(present, predicted, emotions.length),
    ...ofImpaired('acc/impaired', impaired, (row) => {
      const [start, end] = [row * emotions.length, (row + 1) * emotions.length];
      const [own, said] = [present.slice(start, end), predicted.slice(start, end)];
      return subsetAccuracy(own, said, emotions.length);
    }),
    ...scoresOfClasses(hitsOfLabels(present, predicted, emotions.length)),
  };
}

function scoresOfClasses(hits: readonly HitCounts[]): Metrics {
  const scores = hits.map((own, index) => [`f1/${nameOf(index)}`, f1Score(own)] as const);
  const rarest = emotions.reduce(
    (best, { share }, index) => (share < (emotions[best]?.share ?? 1) ? index : best),
    0,
  );
  const own = hits[rarest];
  return {
    'f1/macro': macroF1(hits),
    ...Object.fromEntries(scores),
    [`recall/${nameOf(rarest)}`]: own ? recall(own) : Number.NaN,
  };
}

function gateMetrics({ count, impaired }: Utterances, gates: ArrayLike<number>): Metrics {
  const open = modalities.map(({ name }, column) => {
    const total = impaired.reduce(
      (sum, _, row) => sum + (gates[row * modalities.length + column] ?? Number.NaN),
      0,
    );
    return [`gate/${name}`, total / count] as const;
  });
  return {
    ...Object.fromEntries(open),
    ...ofImpaired('gate/impaired', impaired, (row, modality) => {
      return gates[row * modalities.length + modality];
    }),
  };
}

/** The mean of a figure over the utterances of which a modality says nothing; no metric where there are none. */
function ofImpaired(
  metric: string,
  impaired: Int32Array,
  figure: (row: number, modality: number) => number | undefined,
): Metrics {
  const figures = Array.from(impaired).flatMap((modality, row) =>
    modality < 0 ? [] : [figure(row, modality) ?? Number.NaN],
  );
  if (figures.length === 0) return {};
  return { [metric]: figures.reduce((sum, value) => sum + value, 0) / figures.length };
}

/** The place of the largest number in each row; of equal ones the first. */
function largestOfRows(values: ArrayLike<number>, columns: number): readonly number[] {
  return Array.from({ length: values.length / columns }, (_, row) => {
    let best = 0;
    for (let column = 1; column < columns; column += 1) {
      const value = values[row * columns + column] ?? Number.NaN;
      if (value > (values[row * columns + best] ?? Number.NaN)) best = column;
    }
    return best;
  });
}

function nameOf(index: number): string {
  return emotions[index]?.name ?? String(index);
}
