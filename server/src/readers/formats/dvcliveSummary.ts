import { readSummary, type SummaryRules } from '../jsonSummary.ts';
import type { SnapshotFormat } from '../snapshotFormat.ts';

/**
 * The last value of each metric; the history of those that are plotted stands beside it in
 * plots/metrics. Its names are those of the history: parts are joined by slashes.
 */
export const dvcliveSummary: SnapshotFormat = {
  name: 'dvclive-summary',
  description: 'DVCLive metrics.json: the last value of each metric',
  detect,
  read: (bytes, _path, sink) => readSummary(bytes, rules, sink),
  examples: [
    {
      path: '/w/dvclive/metrics.json',
      bytes: () =>
        new TextEncoder().encode(
          '{\n    "train": {\n        "loss": 0.5,\n        "acc": NaN\n    },\n    "best": 0.75,\n    "step": 7\n}\n',
        ),
      points: [
        ['train/loss', 7, 0.5],
        ['train/acc', 7, Number.NaN],
        ['best', 7, 0.75],
      ],
      isWhole: true,
    },
    {
      path: '/w/dvclive/metrics.json',
      bytes: () => new TextEncoder().encode('{\n    "loss": 0.5,\n    "st'),
      points: [],
      isWhole: false,
    },
  ],
};

const rules: SummaryRules = { stepKey: 'step', separator: '/', nameOf: (key) => key };

/**
 * DVCLive indents by four and has a step; JSON lines of that name (detectron2's) have no line end
 * within an object, and the results of an evaluation no step.
 */
function detect(fileName: string, head: Uint8Array): number {
  if (!/(^|[/\\])metrics\.json$/i.test(fileName)) return 0;
  const text = new TextDecoder().decode(head);
  if (!/^\s*(\{\s*(\n {4}"|$)|$)/.test(text)) return 0;
  if (/^ {4}"step": -?\d/m.test(text)) return 0.9;
  return /^\}/m.test(text) ? 0 : Number.NaN;
}
