import { describe, expect, it } from 'vitest';
import type { CodeLens } from 'vscode-languageserver/node';
import { z } from 'zod';

import { serverCommands } from '../../server/src/protocol/commands.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';

const map = 'seed: 1\nloss_weights: {recon: 1.0, kl: 0.1}\n';
const log = 'step,recon_loss,kl_loss,loss\n1,2,1,2.1\n2,2,1,2.1\n3,2,1,2.1\n';

describe('two weights on one line', () => {
  it('are told apart by hints, lenses, hovers and actions', async () => {
    using workspace = new TemporaryWorkspace({ 'train.yaml': map, 'runs/a/metrics.csv': log });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.yaml');
    await server.open(uri, map);
    await server.until('hints', async () => (await server.inlayHints(uri)).length === 2);
    expect((await server.inlayHints(uri)).map(({ label }) => label)).toEqual([
      expect.stringMatching(/^recon: loss 2 /),
      expect.stringMatching(/^kl: loss 1 /),
    ]);
    const lenses = titlesOf(await server.codeLenses(uri));
    expect(lenses.filter((title) => title.includes(':'))).toEqual([
      'recon: ▶ without',
      'kl: ▶ without',
    ]);
    for (const [at, name] of [
      ['loss_weights', 'recon'],
      ['1.0', 'recon'],
      ['kl:', 'kl'],
      ['0.1', 'kl'],
    ] as const) {
      const hover = await server.hover(uri, server.position(uri, at));
      expect(JSON.stringify(hover?.contents)).toContain(`**${name}**`);
    }
    const start = server.position(uri, 'kl:');
    const actions = await server.codeActions(uri, { start, end: start });
    expect(actions.map(({ title }) => title)).toEqual([
      'The loss recon is logged as…',
      'The loss kl is logged as…',
      'Runs of this config are in…',
    ]);
  });
});

const options =
  'import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument("--kl-weight", type=float, default=1.0)\nargs = parser.parse_args()\n';
const program = `${options}\n\ndef total(recon_loss, kl_loss):\n    return 0.5 * recon_loss + args.kl_weight * kl_loss\n`;

describe('a weight that is a number in a program', () => {
  it('is offered no experiment, and is lifted by its lens and its hover', async () => {
    using workspace = new TemporaryWorkspace({ 'train.py': program });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.py');
    await server.open(uri, program, 'python');
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    const lens = (await server.codeLenses(uri)).find(
      ({ command }) => command?.command === serverCommands.liftWeight,
    );
    expect(lens?.command?.title).toBe('lift 0.5 into an option');
    expect(lens?.range.start).toEqual(server.position(uri, '0.5'));
    const hover = JSON.stringify(await server.hover(uri, server.position(uri, '0.5')));
    expect(hover).toContain(`[lift into an option](command:${serverCommands.liftWeight}?`);
    expect(hover).not.toContain('[without]');

    await lift(server, lens?.command?.arguments ?? []);
    const [edit] = server.arrived('workspace/applyEdit');
    expect(edit?.params).toMatchObject({
      label: 'Lift 0.5 into the option --recon-weight',
      edit: { changes: { [uri]: [{}, { newText: 'args.recon_weight' }] } },
    });
  });

  it('stays, with a reason, where the program might do something else', async () => {
    const exec = 'loss = recon_loss + 0.5 * kl_loss\nexec(input())\nfrom weights import *\n';
    using workspace = new TemporaryWorkspace({ 'train.py': exec });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const uri = workspace.uri('train.py');
    await server.open(uri, exec, 'python');
    await server.until('a diagnostic', () => server.diagnostics(uri).length > 0);
    await lift(server, [{ configUri: uri, term: 'kl' }]);
    const [message] = server.arrived('window/showMessage');
    expect(JSON.stringify(message?.params)).toContain('The weight of kl was left as it is');
    expect(server.arrived('workspace/applyEdit')).toEqual([]);
    // A lens of a moment ago, whose number is gone by now, does nothing.
    await lift(server, [{ configUri: uri, term: 'gone' }]);
    expect(server.arrived('window/showMessage')).toHaveLength(1);
  });
});

async function lift(server: LanguageServer, given: readonly unknown[]): Promise<void> {
  const params = { command: serverCommands.liftWeight, arguments: given };
  await server.request('workspace/executeCommand', params, z.null());
}

function titlesOf(lenses: readonly CodeLens[]): readonly string[] {
  return lenses.map(({ command }) => command?.title ?? '');
}
