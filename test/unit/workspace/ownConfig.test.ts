import { readdirSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { AblationRequest } from '../../../server/src/model/ablationRequest.ts';
import type { ProjectFile } from '../../../server/src/model/projectFile.ts';
import { ExperimentFolder } from '../../support/experiments/experimentFolder.ts';
import type { ExperimentSession } from '../../support/experiments/experimentSession.ts';

const config = 'loss:\n  recon_weight: 1.0\n  kl_weight: 0.5\n';
const withoutKl: AblationRequest = { kind: 'without', term: 'kl', seeds: [0] };
const onCommandLine = {
  command: ['train', '{config}', '{seed}', '--amp'],
  overrides: 'mmengine',
} satisfies ProjectFile['run'];

let folder: ExperimentFolder;
beforeEach(() => {
  folder = new ExperimentFolder({ 'train.yaml': config });
});
afterEach(() => folder.close());

const open = (): ExperimentSession => folder.session();

async function started(session: ExperimentSession, run: ProjectFile['run']): Promise<string> {
  const answer = await session.start(withoutKl, run ? { run } : {});
  if (!answer.ok) throw new Error(answer.error);
  const { id } = answer.value;
  await session.until(id, ({ runs }) => runs[0]?.state === 'running');
  return id;
}

/** Ends the baseline, and resolves when the variant is up or has ended. */
async function goOn(session: ExperimentSession, id: string): Promise<void> {
  session.command.latest().end('finished');
  await session.until(id, ({ runs }) => runs[1]?.state !== 'queued');
}

const commands = (session: ExperimentSession) =>
  session.command.runs.map(({ spec }) => spec.command);
const runFile = (id: string, variant: string, name: string): string =>
  folder.read(`.counterweight/runs/${id}-${variant}-s0/${name}`);

describe('weights on the command line', () => {
  test('leave the config to the user, and the folder of the run tells what they come to', async () => {
    const session = open();
    const id = await started(session, onCommandLine);
    await goOn(session, id);
    const own = folder.path('train.yaml');
    expect(commands(session)).toEqual([
      ['train', own, '0', '--amp'],
      ['train', own, '0', '--amp', '--cfg-options', 'loss.kl_weight=0.0'],
    ]);
    expect(folder.read('train.yaml')).toBe(config);
    expect(runFile(id, 'baseline', 'config.yaml')).toBe(config);
    expect(runFile(id, 'without-kl', 'config.yaml')).toContain('kl_weight: 0.0');
    expect(JSON.parse(runFile(id, 'without-kl', 'run.json'))).toMatchObject({
      overrides: ['loss.kl_weight=0.0'],
      command: ['train', own, '0', '--amp', '--cfg-options', 'loss.kl_weight=0.0'],
    });
    expect(JSON.parse(runFile(id, 'baseline', 'run.json'))).toMatchObject({ overrides: [] });
  });

  test('are those of the plan after a reload, too', async () => {
    const before = open();
    const id = await started(before, onCommandLine);
    before.experiments.cancel(id);
    await before.until(id, ({ state }) => state === 'cancelled');
    await before.settled();
    const session = open();
    await session.open();
    await session.experiments.resume(id);
    await session.until(id, ({ runs }) => runs[0]?.state === 'running');
    await goOn(session, id);
    expect(commands(session).map((command) => command.slice(4))).toEqual([
      [],
      ['--cfg-options', 'loss.kl_weight=0.0'],
    ]);
  });

  test('do not run on a config that says other weights by then', async () => {
    const session = open();
    const id = await started(session, onCommandLine);
    folder.write('train.yaml', config.replace('recon_weight: 1.0', 'recon_weight: 2.0'));
    await goOn(session, id);
    const { state } = await session.until(id, (record) => record.state !== 'running');
    expect(state).toBe('failed');
    expect(commands(session)).toHaveLength(1);
    const failed = (await session.experiments.report(id))?.runs[1];
    expect(failed?.reason).toContain('On the disk train.yaml says recon 2, and this was planned');
    folder.write('train.yaml', config);
    await session.experiments.resume(id);
    await session.until(id, ({ runs }) => runs[1]?.state === 'running');
    expect(commands(session)).toHaveLength(2);
  });

  test('run on a config that has changed besides, and say so', async () => {
    const session = open();
    const id = await started(session, onCommandLine);
    folder.write('train.yaml', `# mine\n${config}`);
    await goOn(session, id);
    expect(commands(session)).toHaveLength(2);
    expect(JSON.parse(runFile(id, 'without-kl', 'run.json')).notices).toEqual([
      expect.stringContaining('train.yaml has changed since this was planned'),
    ]);
  });

  test('need the config to be saved', async () => {
    folder.write('train.yaml', config.replace('0.5', '0.25'));
    const answer = await open().start(withoutKl, { run: onCommandLine });
    expect(answer.ok ? '' : answer.error).toBe(
      'On the disk train.yaml says kl 0.25, and this was planned with 0.5. The program reads that file itself: save or restore it, or run the ablation again.',
    );
    expect(readdirSync(folder.root)).toEqual(['train.yaml']);
  });
});

test('a copy names its bases by their whole paths, and keeps the rest', async () => {
  const session = open();
  const text = `_base_: [./base.yaml] # mine\n${config}`;
  folder.write('train.yaml', text);
  const answer = await session.start(withoutKl, { text, run: { command: ['train', '{config}'] } });
  expect(answer.ok ? '' : answer.error).toBe('');
  const id = answer.ok ? answer.value.id : '';
  await session.until(id, ({ runs }) => runs[0]?.state === 'running');
  const base = `_base_: [${folder.path('base.yaml')}] # mine\n`;
  expect(runFile(id, 'baseline', 'config.yaml')).toBe(`${base}${config}`);
  const copy = folder.path(`.counterweight/runs/${id}-baseline-s0/config.yaml`);
  expect(commands(session)).toEqual([['train', copy]]);
  expect(JSON.parse(runFile(id, 'baseline', 'run.json'))).not.toHaveProperty('overrides');
});
