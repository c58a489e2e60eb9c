import { describe, expect, test } from 'vitest';

import type {
  OverrideForm,
  WeightOverride,
} from '../../../server/src/ablation/overrides/override.ts';
import { overrideForms } from '../../../server/src/ablation/overrides/registry.ts';
import { overrideFormNameSchema } from '../../../server/src/model/projectFile.ts';
import { findNode } from '../../../server/src/syntax/configTree.ts';

type Example = OverrideForm['examples'][number] | OverrideForm['refusals'][number];

/** What is to be set, as it stands in the config of an example. */
function weightOf({ subject, set: { path, value } }: Example): WeightOverride {
  const node = findNode(subject.document.root, path);
  const known = node?.kind === 'scalar' ? { text: node.text, start: node.range.start } : undefined;
  return { path, value, ...(known ?? { text: '', start: -1 }) };
}

test('every form of the vocabulary is in the registry, sorted', () => {
  const names = overrideForms.map(({ name }) => name);
  expect(names).toEqual([...overrideFormNameSchema.options].sort());
});

describe.each(overrideForms)('$name', (form) => {
  test('says what it is, with examples and refusals', () => {
    expect(form.description).toMatch(/^[A-Z].*`.+`\.$/);
    expect(form.examples).not.toHaveLength(0);
    expect(form.refusals).not.toHaveLength(0);
  });

  test.each(form.examples)('$arguments, because $because', (example) => {
    const { subject, because, arguments: wanted } = example;
    expect(form.certainty(subject)).toBe(because);
    expect(form.setter(subject)(weightOf(example))).toEqual({ ok: true, value: wanted });
  });

  test('reads the program once, for all variants', () => {
    for (const { subject, set } of form.examples) {
      let reads = 0;
      const { text = '', ...program } = subject.program ?? { path: '/p/train.py' };
      const counted = {
        ...program,
        get text() {
          reads += 1;
          return text;
        },
      };
      const setter = form.setter({ ...subject, program: subject.program && counted });
      const before = reads;
      setter(weightOf({ subject, set, words: '' }));
      expect(reads).toBe(before);
    }
  });

  test.each(form.refusals)('refuses: $words', (refusal) => {
    const result = form.setter(refusal.subject)(weightOf(refusal));
    expect(result.ok ? result.value.join(' ') : result.error).toContain(refusal.words);
    expect(result.ok ? '' : result.error).toMatch(/^[A-Za-z].*\.$/);
  });
});
