import { describe, expect, it } from 'vitest';

import { applyChanges } from '../../../server/src/base/textRange.ts';
import type { AblationRequest } from '../../../server/src/model/ablationRequest.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { planExperiment } from '../../../server/src/workspace/planExperiment.ts';
import { variantEdit } from '../../../server/src/workspace/variantEdit.ts';

const text = `# What we train.
task: flow-edit
steps: 100
model:
  transformer:
    editor:
      flow_matching:
        # Of the picture.
        render_loss_weight: 0.6 # tuned in May
        velocity_loss_weight: 1.0
strategy: fixed # as ever
`;

function configOf(content: string) {
  return readConfigFile('file:///train.yaml', '/train.yaml', content, undefined);
}

/** The config as it is after the change, or why there is none. */
function applied(request: AblationRequest, now: string, keepTexts = true): string {
  const planned = planExperiment({ config: configOf(text), found: undefined, request });
  if (!planned.ok) throw new Error(planned.error);
  const { texts, variants } = planned.value.plan;
  const variant = variants[1];
  if (!variant) throw new Error('There is no variant.');
  const known = keepTexts ? texts : new Map<string, string>();
  const edit = variantEdit(configOf(now), known, variant, 'train.yaml');
  return edit.ok ? applyChanges(now, [edit.value]) : edit.error;
}

const without: AblationRequest = { kind: 'without', term: 'render' };

describe('a variant applied to the config', () => {
  it('changes what the variant changed, and keeps comments', () => {
    expect(applied(without, text)).toBe(
      text.replace('render_loss_weight: 0.6', 'render_loss_weight: 0.0'),
    );
  });

  it('changes no more characters than it must', () => {
    const planned = planExperiment({ config: configOf(text), found: undefined, request: without });
    if (!planned.ok) throw new Error(planned.error);
    const { texts, variants } = planned.value.plan;
    const edit = variants[1] && variantEdit(configOf(text), texts, variants[1], 'train.yaml');
    expect(edit).toMatchObject({ ok: true, value: { newText: '0' } });
  });

  it('finds its lines where others have moved them or have changed', () => {
    const now = `# New.\n# Lines.\n${text.replace('steps: 100', 'steps: 500')}`;
    expect(applied(without, now)).toBe(
      now.replace('render_loss_weight: 0.6', 'render_loss_weight: 0.0'),
    );
  });

  it('goes by the weight where a line beside it has changed', () => {
    const now = text.replace('velocity_loss_weight: 1.0', 'velocity_loss_weight: 3.0');
    expect(applied(without, now)).toBe(
      now.replace('render_loss_weight: 0.6', 'render_loss_weight: 0.0'),
    );
  });

  it('goes by the weight where the plan is no longer there', () => {
    expect(applied(without, text, false)).toContain('render_loss_weight: 0.0 # tuned in May');
  });

  it('changes other keys than weights too', () => {
    const request: AblationRequest = { kind: 'strategy', names: ['gradnorm'] };
    expect(applied(request, text)).toMatch(/strategy: gradnorm # as ever/);
  });

  it('says so where the weight itself has another value by now', () => {
    const now = text.replace('render_loss_weight: 0.6', 'render_loss_weight: 0.7');
    expect(applied(without, now)).toMatch(
      /^train\.yaml has changed since this experiment was planned, in the lines that "without render" changes/,
    );
  });

  it('says so where the key is gone', () => {
    expect(applied(without, 'task: flow-edit\n')).toMatch(/^train\.yaml has changed since/);
  });

  it('says so where the config is that already', () => {
    const now = text.replace('render_loss_weight: 0.6', 'render_loss_weight: 0.0');
    expect(applied(without, now)).toBe('train.yaml is already as "without render" has it.');
  });

  describe('where the lines that it changes are there twice', () => {
    const stage = (weight: string) => `  steps: 5\n  vq:\n    kl_weight: ${weight}\n    lr: 0.1\n`;
    const twice = `first:\n${stage('1.0')}second:\n${stage('1.0')}`;

    const found = {
      path: '/counterweight.yaml',
      project: { run: { command: ['python3', 'train.py', '{config}'] } },
    };

    function edited(now: string): string {
      const { terms } = configOf(twice);
      const request: AblationRequest = { kind: 'without', term: terms[0]?.name ?? '' };
      const planned = planExperiment({ config: configOf(twice), found, request });
      if (!planned.ok) throw new Error(planned.error);
      const { texts, variants } = planned.value.plan;
      if (!variants[1]) throw new Error('There is no variant.');
      const edit = variantEdit(configOf(now), texts, variants[1], 'train.yaml');
      return edit.ok ? applyChanges(now, [edit.value]) : edit.error;
    }

    it('never changes the other one', () => {
      const now = twice.replace('kl_weight: 1.0', 'kl_weight: 2.0');
      expect(edited(now)).toMatch(/^train\.yaml has changed since this experiment was planned/);
    });

    it('knows its own where others come before it in a list', () => {
      const item = (name: string) => `  - name: ${name}\n    kl_weight: 1.0\n    lr: 0.1\n`;
      const before = `losses:\n${item('a')}${item('b')}`;
      const now = `losses:\n${item('new')}${item('a')}${item('b')}`;
      const texts = new Map([
        ['baseline', before],
        ['v', before.replace('1.0', '0.0')],
      ]);
      const variant = { id: 'v', label: 'without kl', changes: [{ term: 'kl', from: 1, to: 0 }] };
      const edit = variantEdit(configOf(now), texts, variant, 'train.yaml');
      expect(edit.ok ? applyChanges(now, [edit.value]) : edit.error).toBe(
        now.replace('name: a\n    kl_weight: 1.0', 'name: a\n    kl_weight: 0.0'),
      );
    });

    it('nor where new lines put the other one into its place', () => {
      const now = `zero:\n${stage('1.0')}${twice}`;
      expect(edited(now)).toBe(
        `zero:\n${stage('1.0')}first:\n${stage('0.0')}second:\n${stage('1.0')}`,
      );
    });
  });
});
