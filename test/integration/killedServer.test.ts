import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { killOverAndOver } from '../support/experiments/killedServers.ts';
import {
  armOf,
  bundleServer,
  type Life,
  live,
  readFolder,
} from '../support/experiments/serverLife.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';

const bundled = new TemporaryWorkspace();
const server = bundled.path('server.cjs');
beforeAll(() => bundleServer(server));
afterAll(() => bundled[Symbol.dispose]());

/** `npm run soak:queue` kills as often as it is told. */
const kills = 10;

describe('a server that is killed at any moment', () => {
  it('loses no result that had finished, trains none again, and brings the rest to an end', async () => {
    using workspace = new TemporaryWorkspace({ 'train.yaml': '' });
    const folder = workspace.root;
    const { problems, cutShort } = await killOverAndOver({ server, folder, kills, seed: 1 });
    expect(problems).toEqual([]);
    // Else the moments were not in the midst of it, and nothing has been shown.
    expect(cutShort).toBeGreaterThanOrEqual(kills / 2);
  }, 120_000);
});

/** Beside the baseline, of each of the two experiments. */
const variants = 12;

describe('two servers on one folder', () => {
  it('run each its experiment, and what the other leaves, and nothing twice', async () => {
    using workspace = new TemporaryWorkspace({ 'train.yaml': '' });
    const args = [workspace.root, String(variants), 'two'];
    const lives: Life[] = [];
    const liveOn = async (moments: readonly number[]): Promise<Life> => {
      for (const ms of moments) lives.push(await live(server, args, { word: 'began', ms }));
      const last = await live(server, args, undefined);
      lives.push(last);
      return last;
    };
    const last = await Promise.all([liveOn([40, 15, 90]), liveOn([70, 5, 60])]);
    expect(last.map(({ isDone }) => isDone)).toEqual([true, true]);
    expect(lives.map(({ complaint }) => complaint).join('')).toBe('');
    const began = lives.flatMap((life) => life.began);
    expect(new Set(began).size).toBe(began.length);
    const { experiments, finished } = readFolder(workspace.root);
    // Both may have begun another one at the same moment, before either saw that of the other.
    expect(experiments.length).toBeGreaterThanOrEqual(2);
    expect(new Set(experiments.map(({ state }) => state))).toEqual(new Set(['finished']));
    const arms = experiments.flatMap(({ runs }) => runs.map(({ runId }) => armOf(runId)));
    expect([...finished].map(armOf).toSorted()).toEqual(arms.toSorted());
    expect(arms).toHaveLength(experiments.length * (variants + 1));
  }, 120_000);
});
