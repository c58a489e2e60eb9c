/**
 * Formats by how well they keep a metric that a run logs to several of them, the best first: all
 * digits with steps and times, then what is cut to single precision, then tables without times, then
 * what was rounded for people. Formats that are not named stand before `stdout`, by their names.
 */
const byQuality: readonly string[] = [
  'jsonl',
  'mmengine',
  'wandb',
  'swanlab',
  'swanlab-backup',
  'mlflow',
  'mlflow-database',
  'trackio',
  'clearml',
  'tensorboard',
  'visualdl',
  'csv',
  'trainer-state',
];
const last = 'stdout';

/** Below 0 where the first of two formats answers for a metric that both hold. */
export function compareFormats(first: string, second: string): number {
  return rankOf(first) - rankOf(second) || (first < second ? -1 : Number(first > second));
}

function rankOf(format: string): number {
  const at = byQuality.indexOf(format);
  if (at >= 0) return at;
  return format === last ? byQuality.length + 1 : byQuality.length;
}
