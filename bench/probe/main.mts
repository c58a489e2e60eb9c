import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { quantile } from '../engine/statistics.mts';

/**
 * `npm run bench:probe [-- --rounds 40 --seconds 6 --nets mlp,transformer,conv --clock wall]`: what
 * python/counterweight_probe.py costs in a PyTorch loop, as ratios to the same steps without it, taken
 * in turns; see probe_loops.py. Takes under four minutes. Ends with exit code 1 where a median is over
 * its limit or not ahead of the hand-made instrumentation. Needs PyTorch: the variable PYTHON names
 * another Python. `--clock cpu` counts processor time, where other programs share the machine.
 */
const python = process.env.PYTHON ?? '/usr/bin/python3';
const everyStep = [2, 3, 4, 5, 8];
const sparse = 50;
/** At every 50 steps the cost is promised for 2 to 5 losses; a round of it takes 50 steps. */
const everyFifty = [2, 5];

const ways = ['control', 'observe', 'combine', 'handMade', 'sameFigures'] as const;
const measuredSchema = z.object({
  torch: z.string(),
  plain: z.array(z.number()),
  ratios: z.partialRecord(z.enum(ways), z.array(z.number())),
});

interface Row {
  readonly net: string;
  readonly losses: number;
  readonly every: number;
  readonly plain: number;
  readonly rounds: number;
  /** Of the ways that were taken; hand-made loops are timed at every step only. */
  readonly medians: Readonly<Partial<Record<(typeof ways)[number], number>>>;
}

interface Settings {
  readonly rounds: number;
  readonly seconds: number;
  readonly clock: string;
}

const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

function measure(net: string, losses: number, every: number, settings: Settings): Row {
  const program = join('bench', 'probe', 'probe_loops.py');
  const { rounds, seconds, clock } = settings;
  // The few rows of long rounds get twice the time.
  const limit = every === 1 ? seconds : 2 * seconds;
  const { status, stdout, stderr } = spawnSync(
    python,
    ['-B', program, net, ...[losses, every, rounds, limit].map(String), clock],
    {
      encoding: 'utf8',
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    },
  );
  if (status !== 0) throw new Error(`${python} cannot run the loops:\n${stderr}`);
  const { plain, ratios } = measuredSchema.parse(JSON.parse(stdout));
  const medians = Object.fromEntries(
    Object.entries(ratios).map(([way, numbers]) => [way, median(numbers)]),
  );
  return { net, losses, every, plain: median(plain), rounds: plain.length, medians };
}

/** What a loop may cost (decisions.md 14). */
function limits({ losses, every }: Row): Readonly<Record<'observe' | 'combine', number>> {
  if (every !== 1) return { observe: 1.05, combine: 1.05 };
  return { observe: (1.1 * (3 + 2 * losses)) / 3, combine: (1.1 * (2 * losses + 1)) / 3 };
}

function failures(row: Row): readonly string[] {
  const limit = limits(row);
  const place = `${row.net}, K = ${row.losses}, every ${row.every}`;
  const { handMade = Number.POSITIVE_INFINITY } = row.medians;
  return (['observe', 'combine'] as const).flatMap((way) => {
    const found = row.medians[way] ?? Number.NaN;
    const over = found <= limit[way] ? [] : [`${way} is over its limit: ${place}`];
    const behind = found < handMade ? [] : [`${way} is not ahead of the hand-made loop: ${place}`];
    return [...over, ...behind];
  });
}

function line(row: Row): string {
  const { control, observe, combine, handMade, sameFigures } = row.medians;
  const limit = limits(row);
  const figure = (value: number | undefined) => value?.toFixed(3) ?? '–';
  return `| ${[
    row.net,
    row.losses,
    row.every,
    `${row.plain.toFixed(2)} (n = ${row.rounds})`,
    figure(control),
    `${figure(observe)} (≤ ${limit.observe.toFixed(2)})`,
    `${figure(combine)} (≤ ${limit.combine.toFixed(2)})`,
    figure(handMade),
    figure(sameFigures),
  ].join(' | ')} |`;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '6' },
    nets: { type: 'string', default: 'mlp,transformer,conv' },
    clock: { type: 'string', default: 'wall' },
  },
});
const settings = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  clock: values.clock,
};
if (!Number.isInteger(settings.rounds) || settings.rounds < 1) {
  throw new Error('--rounds is a number of rounds.');
}
if (!Number.isInteger(settings.seconds) || settings.seconds < 1) {
  throw new Error('--seconds is a whole number of seconds for each row.');
}
if (!['wall', 'cpu'].includes(settings.clock)) throw new Error('--clock is wall or cpu.');

console.log(
  `| net | K | every | plain step, ms, ${settings.clock} | control | observe | combine | seed 004 by hand | the same figures by hand |`,
);
console.log('|---|---|---|---|---|---|---|---|---|');
const failed: string[] = [];
for (const net of values.nets.split(',')) {
  for (const [every, counts] of [[1, everyStep] as const, [sparse, everyFifty] as const]) {
    for (const losses of counts) {
      const row = measure(net, losses, every, settings);
      console.log(line(row));
      failed.push(...failures(row));
    }
  }
}
for (const text of failed) console.log(`FAILED: ${text}`);
process.exitCode = failed.length === 0 ? 0 : 1;
