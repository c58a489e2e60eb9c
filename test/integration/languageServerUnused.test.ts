import { writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import type { CodeAction } from 'vscode-languageserver/node';

import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';

const config = 'latent_dim: 16\nnum_layers: 2\nbatch_size: 8\nkl_weight: 0.1\nseed: 1\n';
const program = 'train(cfg.latent_dim, cfg.num_layers, cfg.batch_size)\n';

describe('a weight that no code mentions', () => {
  it('is told once the code is known, can be ignored or taken out, and is well when code uses it', async () => {
    using workspace = new TemporaryWorkspace({ 'train.yaml': config, 'train.py': program });
    await using server = await LanguageServer.start({ folder: workspace.root, trusted: false });
    const uri = workspace.uri('train.yaml');
    await server.open(uri, config);
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    expect(server.diagnostics(uri)).toMatchObject([
      {
        code: 'unused-weight',
        severity: 3,
        message: 'No code of this folder mentions `kl_weight` (1 Python file read).',
        range: { start: { line: 3, character: 0 }, end: { line: 3, character: 9 } },
      },
    ]);

    const start = server.position(uri, 'kl_weight');
    const actions = await server.codeActions(uri, { start, end: start }, server.diagnostics(uri));
    const edits = actions.map((action) => [action.title, editIn(action, uri)]);
    expect(edits).toContainEqual(['Remove kl_weight', '']);
    const ignored = '  # counterweight: ignore unused-weight';
    expect(edits).toContainEqual(['Ignore unused-weight on this line', ignored]);
    await server.edit(uri, 'kl_weight: 0.1', `kl_weight: 0.1${ignored}`);
    await server.until('nothing', () => server.diagnostics(uri).length === 0);
    await server.edit(uri, ignored, '');
    await server.until('the same', () => server.diagnostics(uri).length === 1);

    writeFileSync(workspace.path('train.py'), `${program}loss = cfg.kl_weight * kl\n`);
    await server.notify('workspace/didChangeWatchedFiles', {
      changes: [{ uri: workspace.uri('train.py'), type: 2 }],
    });
    await server.until('nothing', () => server.diagnostics(uri).length === 0);
  });
});

function editIn(action: CodeAction | { readonly title: string }, uri: string): string | undefined {
  const edit = 'edit' in action ? action.edit : undefined;
  return edit?.changes?.[uri]?.[0]?.newText;
}
