import { arch, availableParallelism } from 'node:os';

import { code, markdownTable } from '../../scripts/markdownTable.mts';
import { benchNets } from './nets/registry.mts';
import { type Cell, cadences, type Results } from './results.mts';
import { type Summary, summarize } from './statistics.mts';
import { bestBackend, judge, probeLimit } from './verdicts.mts';

/** What stands beside the figures. */
export interface PageFacts {
  /** The command that repeats it. */
  readonly command: string;
  /** Versions of what was measured, in words. */
  readonly versions: readonly string[];
  /** Year, month and day. */
  readonly date: string;
}

/** The results as a page in Markdown. */
export function renderPage(results: Results, facts: PageFacts): string {
  const machine = `${availableParallelism()} CPU cores (${arch()})`;
  const sections = [
    '# The training engine in figures',
    `Measured on ${facts.date} on ${machine} with ${facts.versions.join(', ')}; \`${facts.command}\` repeats it.`,
    introduction(results),
    '## Targets',
    verdictTable(results),
    floorOfCadence,
    '## A plain step, milliseconds',
    plainTable(results),
    '## Instrumented loops, as ratios to plain steps of the same engine',
    loopTable(results),
    ...torchSection(results),
    ...leakSection(results),
    ...startSection(results),
    ...missingSection(results),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A reader must not take a missed limit for a slow loop where the cost of a probe alone exceeds it. */
const floorOfCadence = [
  'A probe that costs *r* plain steps cannot make a loop with one in 50 cheaper than 1 + (*r* − 1)/50',
  'of a plain step: at the allowed *r* of 1.05 × (1+2K)/3 that is 1.015 for K = 2, 1.029 for K = 3,',
  '1.057 for K = 5 and 1.099 for K = 8. For many losses probes are cut (`probe: {cut: …}`) or rarer.',
].join('\n');

function introduction({ backends }: Results): string {
  const nets = benchNets.map(({ name, description }) => `- ${code(name)}: ${description}`);
  const details = backends.map(
    ({ backend, detail, software }) =>
      `- ${code(backend)}: ${detail}${software ? ' (a software adapter)' : ''}`,
  );
  return [
    'All losses are mean squared errors of the one output against random targets, so that every',
    'backward pass goes through the whole net; Adam, float32. A figure is a median with its quartiles.',
    'A ratio is the median over pairs of blocks of steps that were timed one right after the other in',
    'one process; *n* is the number of pairs. Every step is read back.',
    '',
    ...nets,
    '',
    ...details,
  ].join('\n');
}

function verdictTable(results: Results): string {
  const rows = judge(results).map(({ target, status, figures }) => [target, status, figures]);
  return markdownTable(['target', 'verdict', 'figures'], rows);
}

function plainTable({ cells }: Results): string {
  const backends = [...new Set(cells.map(({ backend }) => backend))];
  const nets = [...new Set(cells.map(({ net }) => net))];
  const losses = [...new Set(cells.map((cell) => cell.losses))];
  const rows = nets.flatMap((net) =>
    losses.map((count) => {
      const own = cells.filter((cell) => cell.net === net && cell.losses === count);
      const times = backends.map((name) => own.find(({ backend }) => backend === name)?.plain);
      const best = own.find(({ backend }) => backend === bestBackend(cells, net));
      return [net, `${count}`, ...[...times, best?.torch?.plain].map(milliseconds)];
    }),
  );
  return markdownTable(['net', 'K', ...backends, 'PyTorch, 1 thread'], rows);
}

function loopTable({ cells }: Results): string {
  const heads = cadences.map((cadence) => `every ${cadence}`);
  const rows = cells.map(({ backend, net, losses, loops, naive }) => [
    ...[backend, net, `${losses}`],
    ...loops.map(({ ratio, measured }) => `${measured ? '' : '≈ '}${spread(ratio)}`),
    naive ? spread(naive) : '–',
    probeLimit(losses).toFixed(2),
    pairCounts(loops),
  ]);
  const note =
    '“Naive” is one forward and backward pass for each loss and one for the sum; – where it does not apply or takes too long. “≈” is computed from the probe at every step, since a loop would take too long here. “Limit” is 1.05 × (1+2K)/3, for a probe at every step.';
  const table = markdownTable(['backend', 'net', 'K', ...heads, 'naive', 'limit', 'n'], rows);
  return `${note}\n\n${table}`;
}

/** Numbers of pairs, cadence by cadence. */
function pairCounts(loops: Cell['loops']): string {
  return loops.map(({ ratio, measured }) => (measured ? ratio.n : '–')).join(' / ');
}

function torchSection({ cells, torch }: Results): readonly string[] {
  const best = cells.filter(({ backend, net }) => backend === bestBackend(cells, net));
  const rows = best.flatMap((cell) => {
    if (!cell.torch) return [];
    const probe = cell.loops.find(({ cadence }) => cadence === 1);
    return [
      [
        ...[cell.net, `${cell.losses}`, cell.backend],
        probe ? spread(probe.ratio) : '–',
        spread(cell.torch.handMade),
        spread(cell.torch.shared),
        ...[cell.torch.plainRatios, cell.torch.probeToHandMade].map((all) =>
          spread(summarize(all)),
        ),
        `${cell.torch.plainRatios.length}`,
      ],
    ];
  });
  if (rows.length === 0 || !torch) return [];
  const words = [
    `PyTorch ${torch.version} with one thread and ${torch.blas}, in turns with ours in the same run.`,
    'Hand-made is the loop of seed 004: a backward pass for each loss and one for the sum, `.item()`',
    'for every parameter. The first three ratios are to the plain step of the same side.',
  ];
  const head = ['net', 'K', 'our backend', 'our probe', 'hand-made in PyTorch', 'ours in PyTorch'];
  const against = ['our plain / theirs', 'our probe / hand-made', 'n'];
  return ['## Beside PyTorch', words.join('\n'), markdownTable([...head, ...against], rows)];
}

function leakSection({ leaks }: Results): readonly string[] {
  if (leaks.length === 0) return [];
  const change = ({ before, after }: { before: number; after: number }): string =>
    `${before} → ${after}`;
  const mebibytes = ({ before, after }: { before: number; after: number }): string =>
    `${(before / 2 ** 20).toFixed(1)} → ${(after / 2 ** 20).toFixed(1)} MiB`;
  const rows = leaks.map(({ backend, steps, tensors, tensorBytes, external, heap, resident }) => [
    ...[backend, `${steps}`, change(tensors), change(tensorBytes), change(external)],
    ...[heap, resident].map(mebibytes),
  ]);
  const words =
    'A small net with three losses, every other step a probe, a new batch for each; before and after.';
  const head = [
    'backend',
    'steps',
    'tensors',
    'their bytes',
    'bytes outside the heap',
    'heap',
    'resident',
  ];
  return ['## Leaks', words, markdownTable(head, rows)];
}

function startSection({ start }: Results): readonly string[] {
  if (!start) return [];
  const times = [...start.milliseconds].sort((first, second) => first - second);
  return [
    '## Start',
    `From the fork of the train host to the message of its first step, example \`flow-edit\`, choice of the backend (${start.backend}) known from an earlier run: ${times.map((time) => time.toFixed(0)).join(', ')} ms.`,
  ];
}

function missingSection({ missing }: Results): readonly string[] {
  if (missing.length === 0) return [];
  return ['## Not measured', missing.map(({ what, reason }) => `- ${what}: ${reason}`).join('\n')];
}

function milliseconds(summary: Summary | undefined): string {
  return summary ? spread(summary) : '–';
}

function spread({ lower, median, upper }: Summary): string {
  const digits = median < 10 ? 2 : 1;
  const [from, middle, to] = [lower, median, upper].map((value) => value.toFixed(digits));
  return `${middle} (${from}–${to})`;
}
