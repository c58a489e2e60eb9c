import { describe, expect, it } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';
import { taskConfigProblems } from '../../../server/src/training/taskConfig.ts';
import { checkMarks, dedent, markAt, parseMarkedText } from '../../support/markers.ts';

function problemsOf(text: string, name = 'train.yaml') {
  const document = parseConfig(name, text);
  return document ? taskConfigProblems(document) : [];
}

/** Expects the marked problems, and the text after the first fix of each. */
function check(fixture: string, mended?: string): void {
  const marked = parseMarkedText(fixture);
  const problems = problemsOf(marked.text);
  checkMarks(
    marked,
    problems.map(({ range, message }) => markAt(marked.text, range, message)),
  );
  const fixes = problems.flatMap(({ fixes: [fix] = [] }) => fix ?? []);
  if (mended !== undefined) expect(applyChanges(marked.text, fixes)).toBe(dedent(mended));
}

describe('a config of a built-in task', () => {
  it('has its wrong keys marked, with the nearest right ones', () => {
    check(
      `
      task: flow-edit
      optimiser: {name: adam}
      ^^^^^^^^^ optimiser is not a key of this task; did you mean optimizer? Known here are …
      learning_rate_schedule:
        warmup: 10
        ^^^^^^ learning_rate_schedule.warmup is not a key of this task; did you mean warmup_steps? …
      kitchen: 1
      ^^^^^^^ kitchen is not a key of this task; known here are task, seed, …
      `,
      `
      task: flow-edit
      optimizer: {name: adam}
      learning_rate_schedule:
        warmup_steps: 10
      kitchen: 1
      `,
    );
  });

  it('has a loss that is not there marked where an option names it', () => {
    check(
      `
      task: flow-edit
      strategy:
        name: step
        term: velocty
              ^^^^^^^ strategy.term is "velocty": the losses of this task are velocity, render, not velocty.
      `,
    );
    check(
      `
      task: flow-edit
      strategy: {name: stch, best: {kl: 1}}
                                        ^ strategy.best.kl is 1: the losses of this task are velocity, render, not kl.
      `,
    );
  });

  it('has its wrong values marked, with what is allowed', () => {
    check(
      `
      task: flow-edit
      steps: 0
             ^ steps is 0: it must be at least 1.
      optimizer:
        name: adm
              ^^^ optimizer.name is "adm": did you mean adam? It must be one of adam, adamw, sgd.
        betas: [0.9]
               ^^^^^ optimizer.betas is [0.9]: it must be at least 2 entries long.
        learning_rate: 1e-3
                       ^^^^ optimizer.learning_rate is "1e-3": it must be a number.
      model: 3
             ^ model is 3: it must be a mapping.
      `,
      `
      task: flow-edit
      steps: 0
      optimizer:
        name: adam
        betas: [0.9]
        learning_rate: 0.001
      model: 3
      `,
    );
  });

  it('has what is missing marked at the key that lacks it', () => {
    check(`
      task: flow-edit
      learning_rate_schedule:
      ^^^^^^^^^^^^^^^^^^^^^^ learning_rate_schedule.milestones: the schedule step needs milestones, …
        name: step
      `);
  });

  it('keeps the quotes of JSON', () => {
    const text = '{"task": "flow-edit", "step": 5}';
    const [problem] = problemsOf(text, 'train.json');
    expect(applyChanges(text, problem?.fixes ?? [])).toBe('{"task": "flow-edit", "steps": 5}');
  });

  it('is told apart from the configs of other programs', () => {
    expect(problemsOf('task: segmentation\nsteps: none\n')).toEqual([]);
    expect(problemsOf('steps: none\n')).toEqual([]);
    expect(problemsOf('task: flow-edt\n')).toMatchObject([
      {
        severity: 'warning',
        message: 'There is no built-in task flow-edt; did you mean flow-edit?',
      },
    ]);
  });
});
