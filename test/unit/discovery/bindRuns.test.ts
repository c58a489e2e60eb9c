import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { logRoots } from '../../../server/src/discovery/bindRuns.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

const projectDir = resolve('/project');
const configPath = resolve('/project/configs/vae.yaml');

function roots(text: string, logs?: readonly string[]) {
  const project = logs ? { logs: [...logs] } : undefined;
  return logRoots(configPath, parseConfig('vae.yaml', text)?.root, project, projectDir);
}

describe('where the logs of a config may be', () => {
  test('what counterweight.yaml names comes first', () => {
    const [first] = roots('log_dir: elsewhere\n', ['../shared/runs']);
    expect(first).toMatchObject({ path: resolve('/shared/runs'), confidence: 1 });
  });

  test.each(['log_dir', 'logdir', 'output_dir', 'save_dir', 'work_dir', 'exp_dir', 'logging_dir'])(
    "the config's %s comes next, beside the config and in the project",
    (key) => {
      const [first, second] = roots(`logging:\n  ${key}: out/vae\n`);
      expect(first?.path).toBe(resolve('/project/configs/out/vae'));
      expect(first?.because).toContain(key);
      expect(second?.path).toBe(resolve('/project/out/vae'));
    },
  );

  test('the usual folders stand at the end', () => {
    const paths = roots('kl_weight: 1\n').map(({ path }) => path);
    for (const folder of ['runs', 'logs', 'outputs', 'output', 'lightning_logs', 'wandb']) {
      expect(paths).toContain(resolve(`/project/configs/${folder}`));
      expect(paths).toContain(resolve(`/project/${folder}`));
    }
  });

  test.each(['tb_logs', 'results', 'checkpoints', 'work_dirs', '.aim', 'mlflow.db', 'nohup.out'])(
    '%s is a usual place',
    (name) => {
      const found = roots('kl_weight: 1\n').filter(({ path }) => basename(path) === name);
      expect(found.map(({ path }) => dirname(path))).toEqual([
        resolve('/project/configs'),
        projectDir,
      ]);
      expect(found.every(({ isUsual }) => isUsual)).toBe(true);
    },
  );

  test('the manual names every usual place', () => {
    const manual = readFileSync(new URL('../../../docs/logs.md', import.meta.url), 'utf8');
    const names = new Set(roots('kl_weight: 1\n').map(({ path }) => basename(path)));
    const missing = [...names].filter((name) => !new RegExp(`\`${name}/?\``).test(manual));
    expect(missing).toEqual([]);
  });

  test('without a project folder, they are beside the config alone', () => {
    const root = parseConfig('vae.yaml', 'kl_weight: 1\n')?.root;
    const folders = logRoots(configPath, root, undefined).map(({ path }) => dirname(path));
    expect(new Set(folders)).toEqual(new Set([resolve('/project/configs')]));
  });

  test('each path once, the surest first', () => {
    const found = roots('log_dir: runs\noutput_dir: runs\n', ['configs/runs']);
    const paths = found.map(({ path }) => path);
    const confidences = found.map(({ confidence }) => confidence);
    expect(new Set(paths).size).toBe(paths.length);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
    expect(found[0]).toMatchObject({ path: resolve('/project/configs/runs'), confidence: 1 });
  });

  test.each([
    `log_dir: runs/$${'{'}now:%Y}\n`,
    'output_dir: s3://bucket/runs\n',
    'log_dir: /\n',
    'log_dir: ""\n',
    'save_dir: 5\n',
  ])('what cannot be followed is left out: %j', (text) => {
    expect(roots(text)).toEqual(roots('kl_weight: 1\n'));
  });
});
