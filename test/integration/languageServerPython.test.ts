import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';

const program = readFileSync(
  join(import.meta.dirname, '..', 'fixtures', 'lift', 'argparseMain.py'),
  'utf8',
);

describe('a weight that is a number in a Python program', () => {
  it('is marked, and lifted into the options by one action with both its changes', async () => {
    using workspace = new TemporaryWorkspace({ 'train.py': program });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.py');
    await server.open(uri, program);
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    const [diagnostic] = server.diagnostics(uri);
    expect(diagnostic).toMatchObject({ code: 'hard-coded-weight', severity: 3 });
    const start = server.position(uri, '0.1 * render_loss');
    const actions = await server.codeActions(uri, { start, end: start }, server.diagnostics(uri));
    const title = 'Lift 0.1 into the option --render-weight';
    const option = 'parser.add_argument("--render-weight", type=float, default=0.1';
    expect(actions.find((action) => action.title === title)).toMatchObject({
      edit: {
        changes: {
          [uri]: [{ newText: expect.stringContaining(option) }, { newText: 'args.render_weight' }],
        },
      },
    });
  });
});

describe('a weight that is set in one place of a program and used in another', () => {
  it('has the same hover in both', async () => {
    const text = `import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--kl-weight", type=float, default=0.25)
args = parser.parse_args()
loss = recon_loss + args.kl_weight * kl_loss + cfg.tv_weight * tv_loss
`;
    using workspace = new TemporaryWorkspace({ 'train.py': text });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.py');
    await server.open(uri, text);
    const used = server.position(uri, 'kl_weight *');
    const hover = await server.hover(uri, used);
    expect(JSON.stringify(hover?.contents)).toContain('**kl** · weight 0.25');
    expect(hover?.range).toEqual({
      start: server.position(uri, 'args.kl_weight *'),
      end: server.position(uri, ' * kl_loss'),
    });
    const elsewhere = server.position(uri, 'tv_weight *');
    expect(await server.hover(uri, elsewhere)).toBeNull();
  });
});
