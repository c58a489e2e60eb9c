import { readSummary, type SummaryRules } from '../jsonSummary.ts';
import type { SnapshotFormat } from '../snapshotFormat.ts';

/**
 * The last value of each metric, beside the history of the run or in its place: where the file of
 * the history was not kept, and for figures that were put into the summary alone.
 */
export const wandbSummary: SnapshotFormat = {
  name: 'wandb-summary',
  description: 'Weights & Biases wandb-summary.json: the last value of each metric',
  detect,
  read: (bytes, _path, sink) => readSummary(bytes, rules, sink),
  examples: [
    {
      // Media, texts and the writer's own keys are no metrics.
      path: '/w/wandb/run-20240515_162319-ufljc7ut/files/wandb-summary.json',
      bytes: () =>
        new TextEncoder().encode(
          '{"loss": {"kl": 0.5, "min": NaN}, "best/acc": 0.75, "stage": "late", "done": true, "image": {"_type": "image-file", "width": 32}, "_wandb": {"runtime": 52}, "_timestamp": 1715786652.5, "_runtime": 52.5, "_step": 518}',
        ),
      points: [
        ['loss.kl', 518, 0.5],
        ['loss.min', 518, Number.NaN],
        ['best/acc', 518, 0.75],
      ],
      isWhole: true,
    },
    {
      path: '/w/wandb/run-20210413_120206-2hmcrzvd/files/wandb-summary.json',
      bytes: () => new TextEncoder().encode('{}\n'),
      points: [],
      isWhole: true,
    },
    {
      path: '/w/wandb/run-20210413_120206-2hmcrzvd/files/wandb-summary.json',
      bytes: () => new TextEncoder().encode('{"loss": 0.5, "_st'),
      points: [],
      isWhole: false,
    },
  ],
};

const rules: SummaryRules = {
  stepKey: '_step',
  wallTimeKey: '_timestamp',
  nameOf: (key) => (key === '' || key.startsWith('_') ? undefined : key),
};

/** Nothing in it tells such a file but its name. */
function detect(fileName: string, head: Uint8Array): number {
  if (!/(^|[/\\])wandb-summary\.json$/i.test(fileName)) return 0;
  const first = head.find((byte) => byte > 0x20);
  if (first === undefined) return Number.NaN;
  return first === 0x7b ? 0.9 : 0;
}
