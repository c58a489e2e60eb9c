import fc from 'fast-check';

import { armOf, live, type Moment, readFolder } from './serverLife.ts';

export interface KillingOptions {
  /** Path of the bundled server. */
  readonly server: string;
  /** The workspace folder. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
}

/** What has gone wrong, in words, and what shows that it could have. */
export interface KillingReport {
  readonly problems: readonly string[];
  /** Lives that were ended after runs of theirs had begun, and before all had ended. */
  readonly cutShort: number;
  /** Results that were on the disk at the end. */
  readonly finished: number;
}

/** Runs for each life: some finish and the next is in the midst of others. */
const runsPerLife = 4;

/** While it reads what there is, or while runs begin and end. */
const momentArbitrary: fc.Arbitrary<Moment> = fc.record({
  word: fc.constantFrom('alive', 'began', 'began'),
  ms: fc.integer({ min: 0, max: 120 }),
});

/** Kills a server at random moments, over and over, and looks at what it has left each time. */
export async function killOverAndOver(options: KillingOptions): Promise<KillingReport> {
  const { server, folder, kills, seed } = options;
  const variants = kills * runsPerLife;
  const problems: string[] = [];
  let kept: ReadonlySet<string> = new Set();
  let cutShort = 0;
  for (const moment of [...fc.sample(momentArbitrary, { numRuns: kills, seed }), undefined]) {
    const life = await live(server, [folder, String(variants)], moment);
    const now = readFolder(folder);
    const arms = new Set([...kept].map(armOf));
    const again = life.began.filter((runId) => arms.has(armOf(runId)));
    const lost = [...kept, ...life.finished].filter((runId) => !now.finished.has(runId));
    problems.push(...again.map((runId) => `${runId} was trained again`));
    problems.push(...lost.map((runId) => `${runId} was lost`));
    if (life.complaint !== '') problems.push(life.complaint);
    if (!moment && !life.isDone) problems.push('the last server did not bring it to an end');
    kept = now.finished;
    if (moment && life.began.length > 0 && !life.isDone) cutShort += 1;
  }
  problems.push(...wrongAtTheEnd(folder, variants));
  return { problems, cutShort, finished: kept.size };
}

/** Each arm has been trained to its end once, however often it began. */
function wrongAtTheEnd(folder: string, variants: number): readonly string[] {
  const { experiments, finished } = readFolder(folder);
  const [experiment, ...others] = experiments;
  const arms = new Set([...finished].map(armOf));
  const wrong = [
    [others.length > 0, 'there are several experiments'],
    [experiment?.state !== 'finished', `the experiment is ${experiment?.state}`],
    [experiment?.runs.length !== variants + 1, 'runs are missing in the experiment'],
    [experiment?.runs.some(({ runId }) => !finished.has(runId)), 'a run is not as it says'],
    [arms.size !== variants + 1 || finished.size !== arms.size, 'an arm has not finished once'],
  ] as const;
  return wrong.flatMap(([is, text]) => (is ? [text] : []));
}
