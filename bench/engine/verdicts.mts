import type { Cell, HostStart, Leak, Results } from './results.mts';
import { summarize } from './statistics.mts';

/** Backends that compute on the processor; the best of them is held to the targets. */
const processorBackends: readonly string[] = ['compiled-cpu', 'cpu', 'tfjs-node', 'wasm'];
/** What a plain step may cost against PyTorch with one thread, by net. */
const plainLimits: Readonly<Record<string, number>> = { mlp: 1, transformer: 1, conv: 2 };
/** The nets on which a probe of three losses must beat the hand-made loop. */
const probedNets: readonly string[] = ['mlp', 'transformer'];
const sparseCadence = 50;
const sparseLimit = 1.03;
const leakSteps = 10_000;
/** Growth outside the heap that counts as none: one lost number a step would be 40 kB, 1 kB a step 10 MB. */
const externalSlack = 1024 * 1024;
const startLimitMs = 1500;

export interface Verdict {
  readonly target: string;
  readonly status: 'met' | 'missed' | 'not judged';
  /** The figures that it rests on, or why there are none. */
  readonly figures: string;
}

interface Judgement {
  readonly good: boolean;
  readonly text: string;
}

/** What a probe of K losses may cost against a plain step (decisions.md 6). */
export function probeLimit(losses: number): number {
  return (1.05 * (1 + 2 * losses)) / 3;
}

/** Compares medians with the targets; nothing is rounded before it is compared. */
export function judge(results: Results): readonly Verdict[] {
  const judged = judgedCells(results);
  return [
    judgePlain(judged),
    judgeProbes(judged),
    judgeHandMade(judged),
    judgeSparse(judged),
    judgeLeaks(results.leaks),
    judgeStart(results.start),
  ];
}

/** The backend on the processor with the shortest plain step of a net. */
export function bestBackend(cells: readonly Cell[], net: string): string | undefined {
  const times = cells
    .filter((cell) => cell.net === net && processorBackends.includes(cell.backend))
    .map(({ backend, plain }) => ({ backend, median: plain.median }))
    .sort((first, second) => first.median - second.median);
  return times[0]?.backend;
}

/** Cells of the best backend on the processor, net by net, and of real GPUs. */
interface JudgedCells {
  readonly best: readonly Cell[];
  readonly devices: readonly Cell[];
}

function judgedCells({ cells, backends }: Results): JudgedCells {
  const devices = backends
    .filter(({ backend, software }) => !processorBackends.includes(backend) && !software)
    .map(({ backend }) => backend);
  return {
    best: cells.filter(({ backend, net }) => backend === bestBackend(cells, net)),
    devices: cells.filter(({ backend }) => devices.includes(backend)),
  };
}

function judgePlain({ best }: JudgedCells): Verdict {
  const nets = Object.entries(plainLimits).flatMap(([net, limit]) => {
    const cells = best.filter((cell) => cell.net === net);
    const ratios = cells.flatMap(({ torch }) => torch?.plainRatios ?? []);
    if (ratios.length === 0) return [];
    const { n, lower, median, upper } = summarize(ratios);
    const spread = `${median.toFixed(2)}× (${lower.toFixed(2)}–${upper.toFixed(2)}, n = ${n})`;
    const text = `${net} ${spread} on ${cells[0]?.backend}, limit ${limit.toFixed(1)}×`;
    return [{ good: median <= limit, text }];
  });
  const target =
    'Plain step of the best CPU way against PyTorch with one thread: ≤ 1.0× (MLP, transformer), ≤ 2× (conv)';
  return verdict(target, nets, Object.keys(plainLimits).length);
}

function judgeProbes({ best, devices }: JudgedCells): Verdict {
  const judgements = [...best, ...devices].map((cell) => {
    const limit = probeLimit(cell.losses);
    const ratio = cell.loops.find(({ cadence }) => cadence === 1)?.ratio.median ?? Number.NaN;
    const text = `${place(cell)} ${ratio.toFixed(2)}× of ${limit.toFixed(2)}×`;
    return { good: ratio <= limit, text };
  });
  return verdict('Probe at every step: ≤ 1.05 × (1+2K)/3 of a plain step', judgements);
}

function judgeHandMade({ best }: JudgedCells): Verdict {
  const judgements = best
    .filter(({ net, losses }) => probedNets.includes(net) && losses === 3)
    .flatMap(({ net, backend, torch }) => {
      if (!torch) return [];
      const { median, lower, upper, n } = summarize(torch.probeToHandMade);
      const spread = `${median.toFixed(2)}× (${lower.toFixed(2)}–${upper.toFixed(2)}, n = ${n})`;
      return [{ good: median < 1, text: `${net} ${spread} on ${backend}` }];
    });
  const target =
    'Instrumented step for K = 3 against the loop of seed 004 in PyTorch: faster (MLP, transformer)';
  return verdict(target, judgements, probedNets.length);
}

function judgeSparse({ best }: JudgedCells): Verdict {
  const judgements = best.map((cell) => {
    const loop = cell.loops.find(({ cadence }) => cadence === sparseCadence);
    const ratio = loop?.ratio.median ?? Number.NaN;
    const about = loop?.measured ? '' : '≈ ';
    return { good: ratio <= sparseLimit, text: `${place(cell)} ${about}${ratio.toFixed(3)}×` };
  });
  return verdict(`Probe at every ${sparseCadence} steps: ≤ ${sparseLimit}×`, judgements);
}

function judgeLeaks(leaks: readonly Leak[]): Verdict {
  const judgements = leaks
    .filter(({ steps }) => steps >= leakSteps)
    .map(({ backend, tensors, tensorBytes, external }) => {
      const lost = tensors.after - tensors.before;
      const grown = external.after - external.before;
      const text = `${backend}: ${lost} tensors, ${grown} bytes outside the heap`;
      const tight = lost === 0 && tensorBytes.after === tensorBytes.before;
      return { good: tight && grown <= externalSlack, text };
    });
  return verdict(`Nothing leaked in ${leakSteps.toLocaleString('en')} steps`, judgements);
}

function judgeStart(start: HostStart | undefined): Verdict {
  const target = `Start of the train host to the first step: ≤ ${startLimitMs / 1000} s`;
  if (!start) return verdict(target, []);
  const { median, n } = summarize(start.milliseconds);
  const most = Math.max(...start.milliseconds);
  const figures = `median ${seconds(median)}, most ${seconds(most)}, n = ${n}, ${start.backend}`;
  return verdict(target, [{ good: median <= startLimitMs, text: figures }]);
}

/** Met where enough was measured and all of it is good. A miss is a miss, however much is missing. */
function verdict(target: string, judgements: readonly Judgement[], needed = 1): Verdict {
  const figures = judgements.map(({ good, text }) => (good ? text : `**${text}**`)).join('; ');
  if (judgements.some(({ good }) => !good)) return { target, status: 'missed', figures };
  if (judgements.length < needed) {
    const reason = figures === '' ? 'not measured' : `only in part measured: ${figures}`;
    return { target, status: 'not judged', figures: reason };
  }
  return { target, status: 'met', figures };
}

function place({ backend, net, losses }: Cell): string {
  return `${net} K=${losses} ${backend}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
