import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { hoverText } from './support/editorWords.ts';
import { LanguageServer } from './support/languageServer.ts';

const name = 'train.yaml';

/** A server with a config of a built-in task open in it. */
async function openConfig(text: string) {
  const workspace = new TemporaryWorkspace({ [name]: text });
  const server = await LanguageServer.start({ folder: workspace.root });
  const uri = workspace.uri(name);
  await server.open(uri, text);
  return {
    server,
    uri,
    async [Symbol.asyncDispose](): Promise<void> {
      await server[Symbol.asyncDispose]();
      workspace[Symbol.dispose]();
    },
  };
}

describe('the config of a built-in task', () => {
  it('has a misspelt key marked and mended', async () => {
    await using open = await openConfig('task: flow-edit\nstep: 5\n');
    const { server, uri } = open;
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    const [diagnostic] = server.diagnostics(uri);
    expect(diagnostic).toMatchObject({
      code: 'task-config',
      source: 'Counterweight',
      severity: 1,
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 4 } },
      message: expect.stringContaining('did you mean steps?'),
    });
    const start = server.position(uri, 'step:');
    const actions = await server.codeActions(uri, { start, end: start }, server.diagnostics(uri));
    expect(actions.find(({ title }) => title === 'Change to steps')).toMatchObject({
      edit: { changes: { [uri]: [{ newText: 'steps' }] } },
    });
    await server.edit(uri, 'step:', 'steps:');
    await server.until('it to go', () => server.diagnostics(uri).length === 0);
  });

  it('is completed where a value or a key begins', async () => {
    await using open = await openConfig('task: flow-edit\nsteps: 5\nstrategy: \n');
    const { server, uri } = open;
    expect(server.capabilities?.completionProvider?.triggerCharacters).toEqual([' ', '"']);
    const items = await server.completions(uri, server.position(uri, 'strategy: ', 10));
    const labels = items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['null', 'fixed', 'normalised']));
    expect(items.map(({ sortText }) => sortText)).toEqual(
      items.map(({ sortText }) => sortText).toSorted(),
    );
    await server.edit(uri, 'strategy: ', 'probe:\n  ');
    const keys = await server.completions(uri, server.position(uri, 'probe:\n  ', 9));
    expect(keys.find(({ label }) => label === 'cut')).toMatchObject({
      insertTextFormat: 2,
      textEdit: { newText: `cut: \${1:null}` },
    });
    expect(keys.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['cut', 'halves_every', 'statistics_every']),
    );
  });

  it('is explained in the hover, below what runs say of a weight too', async () => {
    const text = readFileSync('examples/flow-edit/train.yaml', 'utf8');
    await using open = await openConfig(text);
    const { server, uri } = open;
    const schedule = await hoverText(server, uri, server.position(uri, 'name: constant', 8));
    expect(schedule).toMatch(/learning rate: 0\.002 at step 1, .* at step 900/);
    const strategy = await hoverText(server, uri, server.position(uri, 'strategy: null', 2));
    expect(strategy).toContain('baseline to beat');
    expect(strategy).toContain('(command:counterweight.ablate?');
    const weight = await hoverText(server, uri, server.position(uri, 'render_loss_weight: 0.6', 2));
    expect(weight).toContain('No run of this config yet');
    expect(weight).toContain('a number, at least 0 · default 1');
    expect(server.diagnostics(uri)).toEqual([]);
  });

  it('is left alone where it is for another program', async () => {
    await using open = await openConfig('task: segmentation\nstep: 5\n');
    const { server, uri } = open;
    expect(await server.completions(uri, { line: 2, character: 0 })).toEqual([]);
    expect(await server.hover(uri, { line: 1, character: 1 })).toBeNull();
    expect(server.diagnostics(uri)).toEqual([]);
  });
});
