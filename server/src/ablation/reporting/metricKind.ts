import type { ReportRow } from '../../model/ablation.ts';

export type Direction = ReportRow['better'];

/** Words that name a measure of quality, most telling first, with the way in which it is better. */
const qualities: ReadonlyMap<string, Direction> = new Map([
  ['psnr', 'higher'],
  ['ssim', 'higher'],
  ['lpips', 'lower'],
  ['fid', 'lower'],
  ['acc', 'higher'],
  ['accuracy', 'higher'],
  ['f1', 'higher'],
  ['auc', 'higher'],
  ['auroc', 'higher'],
  ['map', 'higher'],
  ['ap', 'higher'],
  ['iou', 'higher'],
  ['miou', 'higher'],
  ['precision', 'higher'],
  ['recall', 'higher'],
  ['r2', 'higher'],
  ['verification', 'higher'],
  ['cosine', 'higher'],
  ['nmse', 'lower'],
  ['rmse', 'lower'],
]);

const lowerIsBetter = new Set([
  'loss',
  'losses',
  'mse',
  'mae',
  'error',
  'err',
  'perplexity',
  'nll',
]);

/** Words that say on which data, or how averaged, and nothing about what is measured. */
const splits = new Set(['train', 'training', 'avg', 'mean', 'epoch', 'step', 'running']);
const evaluationSplits = new Set(['val', 'valid', 'validation', 'test', 'eval', 'dev']);

/** Figures that follow from the weights themselves or say how the run went, not how well. */
const administrative = new Set([
  ...['grad', 'gradient', 'gnorm', 'weight', 'weights', 'lr', 'time', 'seconds', 'eta'],
  ...['share', 'ratio', 'conflict', 'memory', 'mem', 'throughput', 'fps', 'timestamp'],
]);
const counters = new Set(['epoch', 'step', 'steps', 'global', 'iter', 'iteration']);

/** Figures of the posterior that show whether a KL term acts (product.md §2). */
export const posteriorMetrics: readonly string[] = ['mu/abs_mean', 'std/mean', 'logvar/mean'];

/** The words of a name in lower case: `val/PSNR` and `valPSNR` are both `val`, `psnr`. */
export function wordsOf(metric: string): readonly string[] {
  return metric
    .replaceAll(/([a-z0-9])([A-Z][a-z]{2,}|[A-Z]{3,})/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Which way a metric is better, where its name says so. */
export function directionOf(metric: string): Direction {
  // What the right condition gains over a wrong one, in whatever it is measured.
  if (metric === 'flow/cos' || metric.startsWith('flow/cond_gain')) return 'higher';
  const words = wordsOf(metric);
  const quality = words.map((word) => qualities.get(word)).find((way) => way !== undefined);
  if (quality) return quality;
  return words.some((word) => lowerIsBetter.has(word)) ? 'lower' : 'unknown';
}

/**
 * True for a sum over the losses. It has no common scale in arms with different weights, so it
 * says nothing about which arm is better; the loss on the validation split is such a sum too.
 */
export function isTotal(metric: string): boolean {
  const words = wordsOf(metric).filter((word) => !splits.has(word) && !evaluationSplits.has(word));
  return (
    words.some((word) => word === 'total' || word === 'overall') ||
    (words.length > 0 && words.every((word) => word === 'loss' || word === 'losses'))
  );
}

/** Families of figures about the training itself (model/metricName.ts). */
const figuresOfTraining = /^(activation|cos|cos_halves|norm_test|parameter|step)\//;

/** True for what is no result of training: gradients, weights, rates, times. */
export function isAdministrative(metric: string): boolean {
  if (figuresOfTraining.test(metric)) return true;
  const words = wordsOf(metric);
  return (
    words.some((word) => administrative.has(word)) || words.every((word) => counters.has(word))
  );
}

/**
 * Rank of a measure of quality, best first; undefined for other metrics. What is measured per time
 * slice (`flow/nmse_t3`) is left to the gradients panel.
 */
export function qualityRank(metric: string): number | undefined {
  if (isAdministrative(metric) || isTotal(metric) || /_t\d+$/.test(metric)) return undefined;
  const words = wordsOf(metric);
  const rank = [...qualities.keys()].findIndex((quality) => words.includes(quality));
  if (rank >= 0) return rank;
  if (metric === 'flow/cos') return qualities.size;
  return words.some((word) => evaluationSplits.has(word)) ? qualities.size + 1 : undefined;
}

/** Why a metric that has a rank is one of quality, as the end of a sentence. */
export function qualityReason(metric: string): string {
  if (metric.startsWith('flow/cond_gain')) return 'it says how much the condition is used';
  const words = wordsOf(metric);
  const word = words.find((each) => qualities.has(each));
  if (word !== undefined) return `its name says that it measures quality (${word})`;
  const split = words.find((each) => evaluationSplits.has(each));
  return split === undefined
    ? 'it says how well the velocity is aligned'
    : `its name says that it is measured on held-out data (${split})`;
}
