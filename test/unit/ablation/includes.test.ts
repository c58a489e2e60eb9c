import { describe, expect, test } from 'vitest';

import {
  notesOnCopies,
  textForCopy,
  whyNoCopy,
} from '../../../server/src/ablation/overrides/includes.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

describe('a copy names its bases by their whole paths', () => {
  test.each([
    [
      'mmengine in Python, comments and layout kept',
      '/p/configs/detr/a.py',
      `# DETR\n_base_ = [\n    '../_base_/data.py',  # COCO\n    "mmdet::_base_/runtime.py",\n    r'./b.py',\n]\nload_from = '../x.pth'\n`,
      `# DETR\n_base_ = [\n    '/p/configs/_base_/data.py',  # COCO\n    "mmdet::_base_/runtime.py",\n    "/p/configs/detr/b.py",\n]\nload_from = '../x.pth'\n`,
    ],
    ['one of them', '/p/a.py', `_base_ = 'b.py'\n`, `_base_ = '/p/b.py'\n`],
    [
      'in JSON',
      '/p/c/a.json',
      '{"_base_": ["../b.json"], "w": 1}',
      '{"_base_": ["/p/b.json"], "w": 1}',
    ],
    [
      'in YAML',
      '/p/c/a.yaml',
      `_base_: # both\n  - ../b.yaml # one\n  - '../c d.yaml'\n`,
      `_base_: # both\n  - /p/b.yaml # one\n  - '/p/c d.yaml'\n`,
    ],
    [
      'Detectron2',
      '/my projects/c/a.yaml',
      `_BASE_: ../Base.yaml\nMODEL: {WEIGHTS: ../r50.pkl}\n`,
      `_BASE_: "/my projects/Base.yaml"\nMODEL: {WEIGHTS: ../r50.pkl}\n`,
    ],
    [
      'what mmengine fills in from the path',
      '/p/c/a.py',
      `_base_ = '{{ fileDirname }}/../b.py'\nwork_dir = 'w/{{fileBasenameNoExtension}}'\n`,
      `_base_ = '/p/c/../b.py'\nwork_dir = 'w/a'\n`,
    ],
  ])('%s', (_, path, text, wanted) => {
    expect(textForCopy(path, text)).toBe(wanted);
    // A run that is started again has a copy of the copy.
    expect(textForCopy(path, wanted)).toBe(wanted);
  });

  test.each([
    ['/p/a.yaml', '_BASE_: ~/Base.yaml\n'],
    ['/p/a.yaml', '_BASE_: https://example.org/Base.yaml\n'],
    ['/p/a.yaml', '_BASE_: detectron2://COCO-Detection/Base.yaml\n'],
    ['/p/a.yaml', '_BASE_: C:/configs/Base.yaml\n'],
    ['/p/a.py', "_base_ = ['mmdet3d::a.py', 's3://b.py']\n"],
    ['/p/a.yaml', '_base_: |\n  b.yaml\nkl_weight: 1\n'],
    ['/p/a.yaml', '_base_: /b.yaml\n'],
    ['/p/a.yaml', 'base: ../b.yaml\nloss: {kl_weight: 1}\n'],
    ['/p/a.toml', 'kl_weight = 1.0\n'],
    ['/p/train.txt', '_base_: b\n'],
  ])('and nothing else: %s %j', (path, text) => {
    expect(textForCopy(path, text)).toBe(text);
  });
});

describe('what a copy cannot do is said', () => {
  function documentOf(path: string, text: string) {
    const document = parseConfig(path, text);
    if (!document) throw new Error(`${path} has no language`);
    return document;
  }

  test.each([
    ['/p/a.yaml', '_base_: ../b.yaml\n', 'its bases are named by their whole paths'],
    ['/p/a.yaml', 'defaults:\n  - loss: vae\n  - _self_\n', 'Set run.overrides: hydra'],
    ['/p/a.py', 'from .base import *\nkl_weight = 0.1\n', 'which its copies cannot'],
  ])('%s %j', (path, text, words) => {
    const notes = notesOnCopies(path, documentOf(path, text));
    expect(notes).toEqual([expect.stringContaining(words)]);
  });

  test('of a plain config there is nothing to say', () => {
    const text = 'defaults: [1, 2]\nkl_weight: 0.1\n';
    expect(notesOnCopies('/p/a.yaml', documentOf('/p/a.yaml', text))).toEqual([]);
    expect(whyNoCopy('/p/a.yaml', documentOf('/p/a.yaml', text))).toBeUndefined();
  });

  test('a config of mmengine that imports its bases has no copy', () => {
    const text = `with read_base():\n    from .._base_.data import *\nmodel = dict(loss_weight=1.0)\n`;
    const why = whyNoCopy('/p/a.py', documentOf('/p/a.py', text));
    expect(why).toContain('imports its bases from beside it (read_base)');
  });
});
