import { expect, test } from 'vitest';

import { readProjectFile } from '../../../server/src/discovery/readProjectFile.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { SetProblems } from '../../../server/src/workspace/setProblems.ts';

const path = '/counterweight.yaml';
const text = `run:
  command: [python, train.py, '{config}']
ablation:
  sets:
    paper:
      - {kind: without, term: kl}
      - {kind: sweep, weights: {render: [1, 2]}}
      - {kind: strategy, names: [pcgrad]}
`;

function configOf(name: string, config: string) {
  const file = readConfigFile(`file:///${name}`, `/${name}`, config, undefined);
  return { file, found: { path, project: readProjectFile(text).project } };
}

function told(...configs: readonly ReturnType<typeof configOf>[]) {
  return new SetProblems().of({ path, text }, configs).map(({ message, range, severity }) => ({
    message,
    severity,
    at: text.slice(range.start, range.end),
  }));
}

const vae = configOf('vae.yaml', 'kl_weight: 0.1\nrecon_weight: 1.0\n');
const flow = configOf('flow.yaml', 'render_weight: 0.1\nflow_weight: 1.0\n');

test('what no config can run is told at its line', () => {
  expect(told(vae)).toEqual([
    {
      message: 'vae.yaml: There is no loss term "render" in this config; it has kl, recon.',
      severity: 'warning',
      at: '{kind: sweep, weights: {render: [1, 2]}}',
    },
    {
      message: expect.stringMatching(/^vae\.yaml: Only the loss weights of this config/),
      severity: 'warning',
      at: '{kind: strategy, names: [pcgrad]}',
    },
  ]);
});

test('what one of several configs can run is right, and without a config nothing is known', () => {
  expect(told(vae, flow).map(({ at }) => at)).toEqual(['{kind: strategy, names: [pcgrad]}']);
  expect(told()).toEqual([]);
  expect(told({ ...vae, found: { ...vae.found, path: '/other/counterweight.yaml' } })).toEqual([]);
});

test('nothing is looked at again until a config or the text changes', () => {
  const problems = new SetProblems();
  const first = problems.of({ path, text }, [vae]);
  expect(problems.of({ path, text }, [{ ...vae }])).toBe(first);
  expect(problems.of({ path, text }, [vae, flow])).not.toBe(first);
});
