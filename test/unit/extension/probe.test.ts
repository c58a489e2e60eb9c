import { describe, expect, it } from 'vitest';

import snippets from '../../../extension/snippets/python.json' with { type: 'json' };
import {
  placedText,
  probeState,
  replaceQuestion,
  scriptProblem,
} from '../../../extension/src/probe/probeFile.ts';
import { guideText, probeLines } from '../../../extension/src/probe/probeLines.ts';
import manifest from '../../../package.json' with { type: 'json' };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const carried = bytes('import torch\n\nclass Probe:\n    pass\n');

describe('what lies beside the script already', () => {
  it.each([
    ['absent', undefined],
    ['same', 'import torch\n\nclass Probe:\n    pass\n'],
    ['same', 'import torch\r\n\r\nclass Probe:\r\n    pass\r\n'],
    ['same', '\uFEFFimport torch\n\nclass Probe:\n    pass\n'],
    ['different', 'import torch\n\nclass Probe:\n    every = 1\n'],
    ['different', ''],
  ] as const)('is %s for %j', (state, existing) => {
    expect(probeState(existing === undefined ? undefined : bytes(existing), carried)).toBe(state);
  });

  it('is told when all is done', () => {
    expect(placedText('train.py', 'absent')).toMatch(
      /^counterweight_probe\.py lies beside train\.py now\./,
    );
    expect(placedText('train.py', 'same')).toMatch(/beside train\.py already, unchanged\./);
    expect(placedText('train.py', 'different')).toMatch(/beside train\.py was replaced\./);
    expect(replaceQuestion('train.py').title).toBe(
      'Beside train.py lies another counterweight_probe.py. Replace it?',
    );
  });
});

describe('the script in front', () => {
  const script = { name: 'train.py', isPython: true, isOnDisk: true };

  it.each([
    [undefined, /^No Python script is in front/],
    [{ ...script, name: 'train.yaml', isPython: false }, /^No Python script is in front/],
    [
      { ...script, name: 'Untitled-1', isOnDisk: false },
      /^Untitled-1 is in no folder yet: save it/,
    ],
    [{ ...script, name: 'counterweight_probe.py' }, /^This is the probe itself/],
    [script, undefined],
  ])('%j: %s', (open, problem) => {
    const said = scriptProblem(open);
    if (problem) expect(said).toMatch(problem);
    else expect(said).toBeUndefined();
  });
});

describe('the lines to add', () => {
  it('stand in a text that Python reads, each behind the words that say where it goes', () => {
    const text = guideText('fit vae.py');
    const lines = probeLines('fit vae.py').map(({ line }) => line);
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual(lines);
    expect(lines[1]).toContain('out="runs/fit vae"');
    expect(text).toMatch(/^# Three lines for fit vae\.py\./);
  });

  it('cannot be broken by the name of a script', () => {
    expect(probeLines('a"b\\.py')[1]?.line).toContain('out="runs/a_b_"');
  });

  it('are those of the snippets, with the names filled in', () => {
    const bodies = Object.values(snippets).map(({ prefix, body }) => {
      expect(prefix).toBe('counterweight');
      return body
        .join('\n')
        .replaceAll('$TM_FILENAME_BASE', 'train')
        .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1');
    });
    expect(bodies).toEqual(probeLines('train.py').map(({ line }) => line));
  });

  it('are offered by the manifest', () => {
    expect(manifest.contributes.snippets).toEqual([
      { language: 'python', path: './extension/snippets/python.json' },
    ]);
  });
});
