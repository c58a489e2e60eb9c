import { describe, expect, test } from 'vitest';

import { type Correction, correctText } from '../../../server/src/workspace/correctBinding.ts';

const kl: Correction = { kind: 'metric', term: 'kl', metric: 'train/kld' };
const place = { folder: '/w', workspaceFolder: '/w' };
const runs: Correction = { kind: 'logs', path: '/w/out/runs' };

describe('a correction of counterweight.yaml', () => {
  test.each([
    { before: '', after: 'terms:\n  kl:\n    metric: "train/kld"\n' },
    {
      before: '# ours\nlogs: [runs]  # here\n',
      after: '# ours\nlogs: [runs]  # here\nterms:\n  kl:\n    metric: "train/kld"\n',
    },
    {
      before: 'terms:\n  kl:\n    metric: old # wrong\n    scale: raw\n',
      after: 'terms:\n  kl:\n    metric: "train/kld" # wrong\n    scale: raw\n',
    },
    {
      before: 'terms:\n  rec:\n    scale: raw\n\n# the end\n',
      after: 'terms:\n  rec:\n    scale: raw\n  kl:\n    metric: "train/kld"\n\n# the end\n',
    },
  ])('names the metric of a term: $before', ({ before, after }) => {
    expect(correctText(before, place, kl)).toEqual({ ok: true, value: after });
  });

  test.each([
    { before: '', after: 'logs: ["out/runs"]\n' },
    { before: 'total: loss', after: 'total: loss\nlogs: ["out/runs"]\n' },
    { before: 'logs: [a] # here\n', after: 'logs: [a, "out/runs"] # here\n' },
    { before: 'logs: []\n', after: 'logs: ["out/runs"]\n' },
    {
      before: 'logs:\r\n  - a # one\r\ntotal: loss\r\n',
      after: 'logs:\r\n  - a # one\r\n  - "out/runs"\r\ntotal: loss\r\n',
    },
    {
      before: 'terms:\n  kl:\n    scale: raw\n# end\n',
      after: 'terms:\n  kl:\n    scale: raw\nlogs: ["out/runs"]\n# end\n',
    },
  ])('adds a folder with runs: $before', ({ before, after }) => {
    expect(correctText(before, place, runs)).toEqual({ ok: true, value: after });
  });

  test.each(['logs: [out/runs]\n', 'logs:\n  - ./out/runs/ # here\n', 'logs: [/w/out/runs]\n'])(
    'leaves a folder as it is that is named already: %s',
    (before) => {
      expect(correctText(before, place, runs)).toEqual({ ok: true, value: before });
    },
  );

  test('names a folder of the workspace from where the file lies', () => {
    const below = { folder: '/w/configs/vae', workspaceFolder: '/w' };
    const after = 'logs: ["../../out/runs"]\n';
    expect(correctText('', below, runs)).toEqual({ ok: true, value: after });
  });

  test('names a folder elsewhere by its whole path', () => {
    const elsewhere: Correction = { kind: 'logs', path: '/data/runs' };
    expect(correctText('', place, elsewhere)).toEqual({
      ok: true,
      value: 'logs: ["/data/runs"]\n',
    });
  });

  test.each([
    'terms: [',
    'terms: all\n',
    'terms:\n  kl: train/kl\n',
    '- a\n- b\n',
    'base: &b {kl: {scale: raw}}\nterms: *b\n',
  ])('changes nothing that it does not understand: %s', (before) => {
    expect(correctText(before, place, kl).ok).toBe(false);
  });

  test.each(['logs: runs\n', 'logs:\n', 'logs: {a: b}\n'])(
    'changes nothing that is no list: %s',
    (before) => {
      expect(correctText(before, place, runs).ok).toBe(false);
    },
  );
});
