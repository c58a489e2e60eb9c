import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { quantile } from '../engine/statistics.mts';

/**
 * `npm run bench:probe [-- --pairs 40 --nets mlp,transformer,conv]`: what python/counterweight_probe.py
 * costs in a PyTorch loop, as ratios to the same steps without it, taken in pairs; see
 * probe_loops.py. Ends with exit code 1 where a median is over its limit or not ahead of the
 * hand-made instrumentation. Needs PyTorch: the variable PYTHON names another Python.
 */
const python = process.env.PYTHON ?? '/usr/bin/python3';
const lossCounts = [2, 3, 4, 5, 8];
const sparse = 50;

const ways = ['control', 'observe', 'combine', 'handMade'] as const;
const measuredSchema = z.object({
  torch: z.string(),
  plain: z.array(z.number()),
  ratios: z.record(z.enum(ways), z.array(z.number())),
});

interface Row {
  readonly net: string;
  readonly losses: number;
  readonly every: number;
  readonly plain: number;
  readonly medians: Readonly<Record<(typeof ways)[number], number>>;
}

function measure(net: string, losses: number, every: number, pairs: number): Row {
  // With one measured step in a block of 50, blocks are long enough; else they are made so.
  const steps = every === 1 ? 10 : every;
  const program = join('bench', 'probe', 'probe_loops.py');
  const numbers = [losses, every, pairs, steps].map(String);
  const { status, stdout, stderr } = spawnSync(python, ['-B', program, net, ...numbers], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`${python} cannot run the loops:\n${stderr}`);
  const { plain, ratios } = measuredSchema.parse(JSON.parse(stdout));
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  const { control, observe, combine, handMade } = ratios;
  return {
    net,
    losses,
    every,
    plain: median(plain),
    medians: {
      control: median(control),
      observe: median(observe),
      combine: median(combine),
      handMade: median(handMade),
    },
  };
}

/** What a loop may cost (decisions.md 14); at every 50 steps it is promised for up to 5 losses. */
function limits({ losses, every }: Row): Readonly<Record<'observe' | 'combine', number>> {
  if (every !== 1) {
    const limit = losses <= 5 ? 1.05 : Number.POSITIVE_INFINITY;
    return { observe: limit, combine: limit };
  }
  return { observe: (1.1 * (3 + 2 * losses)) / 3, combine: (1.1 * (2 * losses + 1)) / 3 };
}

/** A hand-made loop at every 50 steps costs a few percent, which this machine cannot tell apart. */
function failures(row: Row): readonly string[] {
  const limit = limits(row);
  const place = `${row.net}, K = ${row.losses}, every ${row.every}`;
  return (['observe', 'combine'] as const).flatMap((way) => {
    const median = row.medians[way];
    const over = median > limit[way] ? [`${way} is over its limit: ${place}`] : [];
    const behind =
      row.every === 1 && median >= row.medians.handMade
        ? [`${way} is not ahead of the hand-made loop: ${place}`]
        : [];
    return [...over, ...behind];
  });
}

function line(row: Row): string {
  const { control, observe, combine, handMade } = row.medians;
  const limit = limits(row);
  const bound = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '–');
  return `| ${[
    row.net,
    row.losses,
    row.every,
    row.plain.toFixed(2),
    control.toFixed(3),
    `${observe.toFixed(3)} (≤ ${bound(limit.observe)})`,
    `${combine.toFixed(3)} (≤ ${bound(limit.combine)})`,
    handMade.toFixed(3),
  ].join(' | ')} |`;
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '40' },
    nets: { type: 'string', default: 'mlp,transformer,conv' },
  },
});
const pairs = Number(values.pairs);
if (!Number.isInteger(pairs) || pairs < 1) throw new Error('--pairs is a number of pairs.');

console.log('| net | K | every | plain step, ms | control | observe | combine | hand-made |');
console.log('|---|---|---|---|---|---|---|---|');
const failed: string[] = [];
for (const net of values.nets.split(',')) {
  for (const every of [1, sparse]) {
    for (const losses of lossCounts) {
      const row = measure(net, losses, every, every === 1 ? pairs : Math.ceil(pairs / 2));
      console.log(line(row));
      failed.push(...failures(row));
    }
  }
}
for (const text of failed) console.log(`FAILED: ${text}`);
process.exitCode = failed.length === 0 ? 0 : 1;
