import { chmodSync } from 'node:fs';
import { delimiter } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findNode, type NodeSurroundings } from '../../../server/src/hostClient/findNode.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

let folder: TemporaryWorkspace;

beforeEach(() => {
  folder = new TemporaryWorkspace();
});

afterEach(() => folder[Symbol.dispose]());

/** A program that answers like a Node.js of this version. */
function pretendNode(relative: string, answer: string): string {
  folder.write(relative, `#!/bin/sh\necho ${answer}\n`);
  chmodSync(folder.path(relative), 0o755);
  return folder.path(relative);
}

const electron: NodeSurroundings = {
  execPath: '/opt/editor/code',
  versions: { node: '22.20.0', electron: '38.0.0' },
  searchPath: '',
  platform: 'linux',
};

describe('the search for a Node.js', () => {
  it('takes the one that runs this process, where that is plain Node.js', async () => {
    const surroundings = { ...electron, execPath: '/usr/bin/node', versions: { node: '24.1.0' } };
    expect(await findNode('', surroundings)).toEqual({
      ok: true,
      value: { path: '/usr/bin/node', version: '24.1.0' },
    });
  });

  it('takes the first on PATH that is new enough inside Electron', async () => {
    pretendNode('old/node', 'v20.19.0');
    pretendNode('odd/node', 'hello');
    const good = pretendNode('good/node', 'v22.1.0');
    const folders = ['none', 'old', 'odd', 'good'].map((name) => folder.path(name));
    const searchPath = folders.join(delimiter);
    expect(await findNode('', { ...electron, searchPath })).toEqual({
      ok: true,
      value: { path: good, version: '22.1.0' },
    });
  });

  it('says what it saw when none is new enough', async () => {
    const old = pretendNode('old/node', 'v20.19.0');
    expect(await findNode('', { ...electron, searchPath: folder.path('old') })).toEqual({
      ok: false,
      error:
        `Instrumented training needs Node.js 22 or newer, and ${old} is 20.19.0. ` +
        'Install it, or set counterweight.nodePath to one.',
    });
    expect(await findNode('', electron)).toMatchObject({
      error: expect.stringContaining('there is none on PATH'),
    });
  });

  it('takes the one that is set, and says what is wrong with it', async () => {
    const good = pretendNode('node', 'v25.0.0');
    expect(await findNode(good, electron)).toMatchObject({ value: { path: good } });
    const old = pretendNode('older', 'v18.0.0');
    expect(await findNode(old, electron)).toMatchObject({
      error: `counterweight.nodePath is ${old}, Node.js 18.0.0; it must be 22 or newer.`,
    });
    const missing = folder.path('missing');
    expect(await findNode(missing, electron)).toMatchObject({
      error: `counterweight.nodePath is ${missing}, which does not run as Node.js.`,
    });
  });
});
