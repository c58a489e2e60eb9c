import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { logRoots } from '../../../server/src/discovery/bindRuns.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

const projectDir = resolve('/project');
const configPath = resolve('/project/configs/vae.yaml');

function roots(text: string, logs?: readonly string[]) {
  const project = logs ? { logs: [...logs] } : undefined;
  return logRoots(configPath, parseConfig('vae.yaml', text)?.root, project, {
    project: projectDir,
    home: resolve('/people/me'),
  });
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

  test.each([
    ['trainer:\n  default_root_dir: out/vae\n', 'out/vae'],
    ['OUTPUT_DIR: out/vae\n', 'out/vae'],
    [`hydra:\n  run:\n    dir: out/vae/$\{now:%Y-%m-%d}/$\{now:%H}\n`, 'out/vae'],
    [`hydra:\n  sweep:\n    dir: sweeps/$\{now:%Y}\n`, 'sweeps'],
    ['logging: {path: out/vae}\n', 'out/vae'],
    ['output: {dir: out/vae}\n', 'out/vae'],
    [`root: out\nname: vae\nlog_dir: $\{root}/$\{name}\n`, 'out/vae'],
    ['log_dir: out/vae/{name}_%d\n', 'out/vae'],
    ['tracking_uri: file:./out/vae\n', 'out/vae'],
    ['tracking_uri: sqlite:///out/vae.db\n', 'out/vae.db'],
  ])('what is told of a folder by %j', (text, path) => {
    expect(roots(text)[0]).toMatchObject({
      path: resolve('/project/configs', path),
      confidence: 0.9,
    });
  });

  test("the defaults of a program's options", () => {
    const program =
      "parser.add_argument('--output-dir', default='out/vae')\nparser.add_argument('--data_dir', default='data')\n";
    const root = parseConfig('train.py', program)?.root;
    const [first, second] = logRoots(resolve('/project/train.py'), root, undefined);
    expect(first).toMatchObject({ path: resolve('/project/out/vae'), confidence: 0.9 });
    expect(second?.isUsual).toBe(true);
  });

  test('a home is followed, and never looked through as a whole', () => {
    expect(roots('log_dir: ~/runs/vae\n')[0]?.path).toBe(resolve('/people/me/runs/vae'));
    expect(roots('log_dir: ~\n')).toEqual(roots('kl_weight: 1\n'));
    expect(roots(`log_dir: ~/$\{name}\n`)).toEqual(roots('kl_weight: 1\n'));
  });

  test('a counterweight.yaml below the workspace folder takes nothing away', () => {
    const root = parseConfig('vae.yaml', 'log_dir: out\n')?.root;
    const found = logRoots(configPath, root, undefined, {
      project: dirname(configPath),
      workspace: projectDir,
    });
    const paths = found.map(({ path }) => path);
    expect(paths).toContain(resolve('/project/out'));
    expect(paths).toContain(resolve('/project/runs'));
  });

  test('a text full of references takes no time', () => {
    const all = Array.from({ length: 200 }, () => `$\{a}`).join('');
    expect(roots(`a: ${all}\nlog_dir: ${all}\n`)).toEqual(roots('kl_weight: 1\n'));
  });

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

  test('a path that two keys name is as sure as the surer one makes it', () => {
    const place = resolve('/project/configs/out');
    const found = roots('log_dir: configs/out\nsave_dir: out\n').filter(
      ({ path }) => path === place,
    );
    expect(found.map(({ confidence }) => confidence)).toEqual([0.9]);
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
    `log_dir: $\{now:%Y}/runs\n`,
    `log_dir: /data/$\{USER}/runs\n`,
    'log_dir: ../..\n',
    'output_dir: s3://bucket/runs\n',
    'log_dir: /\n',
    'log_dir: ""\n',
    'save_dir: 5\n',
  ])('what cannot be followed is left out: %j', (text) => {
    expect(roots(text)).toEqual(roots('kl_weight: 1\n'));
  });
});
