import { describe, expect, test } from 'vitest';

import type { ConfigProblem } from '../../../server/src/model/finding.ts';
import type { ProjectFile } from '../../../server/src/model/projectFile.ts';
import { configRules } from '../../../server/src/rules/configRegistry.ts';
import { rules } from '../../../server/src/rules/registry.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { configLanguages } from '../../../server/src/syntax/registry.ts';
import { ConfigEvidence } from '../../../server/src/workspace/configEvidence.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { ProjectFiles } from '../../../server/src/workspace/projectFiles.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { viewConfig } from '../../../server/src/workspace/viewConfig.ts';
import { surroundings } from '../../support/surroundings.ts';

interface Sample {
  readonly text: string;
  readonly language?: string;
  /** The program beside it. */
  readonly code?: string | undefined;
}

/** What the editor shows of a config under these options. */
function problemsOf(
  { text, language = 'yaml', code }: Sample,
  options: ProjectFile['rules'],
): readonly ConfigProblem[] {
  const ending = configLanguages.find(({ name }) => name === language)?.extensions[0] ?? '';
  const path = `/w/train${ending}`;
  return viewConfig({
    file: readConfigFile(`file://${path}`, path, text, undefined),
    found: { path: '/w/counterweight.yaml', project: { rules: options } },
    roots: [],
    moduleProblems: [],
    logProblems: [],
    evidence: new ConfigEvidence(new MetricStore()),
    catalog: new RunCatalog(),
    snapshots: { copied: () => undefined, weightsOf: () => undefined },
    code: code === undefined ? undefined : surroundings([code]).code,
  }).problems;
}

describe.each(configRules.map((rule) => ({ rule })))('the rule $rule.name', ({ rule }) => {
  const name = rule.name;
  const bad = rule.examples.find(({ fires }) => fires.length > 0) ?? { text: '' };
  const look = (options: ProjectFile['rules']) => {
    const problems = problemsOf(bad, options);
    return {
      own: problems.filter(({ code }) => code === name),
      others: problems.filter(({ code }) => code !== name).map(({ code }) => code),
    };
  };

  test('is off where counterweight.yaml says so, and no other with it', () => {
    const before = look({});
    expect(before.own).not.toEqual([]);
    expect(look({ [name]: 'off' })).toEqual({ own: [], others: before.others });
  });

  test.each(['error', 'information'] as const)('is as grave as it says: %s', (severity) => {
    const { own } = look({ [name]: { severity } });
    expect(own.map((problem) => problem.severity)).toEqual(look({}).own.map(() => severity));
  });
});

test('a task still says what it does not take, where the rule that said so is off', () => {
  const text = 'task: ./mine.ts\nloss_weights: {data: "1.0", residual: 0.1}\n';
  const codes = (options: ProjectFile['rules']) =>
    problemsOf({ text }, options).map(({ code }) => code);
  expect(codes({})).toEqual(['weight-not-number']);
  expect(codes({ 'weight-not-number': 'off' })).toEqual(['task-config']);
});

test.each([
  ['yaml', 'kl_weight: -0.5  # counterweight: ignore negative-weight\ntv_weight: 1\n'],
  ['json', '{\n// counterweight: ignore negative-weight\n"kl_weight": -0.5,\n"tv_weight": 1\n}'],
  ['json', '{"kl_weight": -0.5, // counterweight: ignore negative-weight\n"tv_weight": 1\n}'],
])('a comment keeps a rule quiet in %s: %s', (language, text) => {
  expect(problemsOf({ language, text }, {})).toEqual([]);
  const without = text.replace('counterweight', 'another');
  expect(problemsOf({ language, text: without }, {})).toMatchObject([{ code: 'negative-weight' }]);
});

test('counterweight.yaml knows every rule by its name', () => {
  const projects = new ProjectFiles(createDiskFiles());
  const lines = [...rules, ...configRules].map(({ name }) => `  ${name}: off\n`);
  const path = '/w/counterweight.yaml';
  projects.put('file:///w', path, `rules:\n${lines.join('')}`);
  expect(projects.get('file:///w')?.problems).toEqual([]);
  projects.put('file:///w', path, 'rules:\n  negative-wait: off\n');
  expect(projects.get('file:///w')?.problems).toMatchObject([
    { message: 'There is no rule negative-wait; did you mean negative-weight?' },
  ]);
});
