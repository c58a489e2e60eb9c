import * as vscode from 'vscode';

import { clientCommands } from '#protocol/commands';
import { isFinal } from '../progress/progressText.ts';
import type { Command, CommandContext } from './command.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly command: string;
}

/** What a click on the status bar offers. */
export const showMenu: Command = {
  id: 'counterweight.showMenu',
  async run(context) {
    const picked = await vscode.window.showQuickPick(menuItems(context), {
      title: 'Counterweight',
    });
    if (picked) await vscode.commands.executeCommand(picked.command);
  },
};

function menuItems({ mirror, server }: CommandContext): readonly MenuItem[] {
  if (server.down) {
    return [
      { label: '$(refresh) Restart Language Server', command: 'counterweight.restartServer' },
      { label: '$(output) Show Log', command: 'counterweight.showLog' },
    ];
  }
  const live = mirror.runs.some(({ state }) => state && !isFinal(state));
  const resumable = mirror.runs.some(({ resumableFrom }) => resumableFrom !== undefined);
  return [
    ...(live ? [{ label: '$(debug-stop) Cancel Run', command: 'counterweight.cancelRun' }] : []),
    { label: '$(play) Run Instrumented Training', command: clientCommands.runTraining },
    ...(resumable
      ? [{ label: '$(debug-continue) Resume Run', command: 'counterweight.resumeRun' }]
      : []),
    { label: '$(beaker) Run Ablation…', command: clientCommands.ablate },
    { label: '$(beaker) Run a Ready-Made Experiment…', command: clientCommands.runExperiment },
    ...(mirror.queue.paused
      ? [{ label: '$(debug-start) Continue the Queue', command: 'counterweight.continueQueue' }]
      : []),
    { label: '$(graph-line) Open Loss Trends', command: clientCommands.openTrends },
    { label: '$(checklist) Open Ablation Report…', command: 'counterweight.openReport' },
    { label: '$(new-file) New Training Task…', command: 'counterweight.newTask' },
    { label: '$(file-add) Add PyTorch Probe', command: 'counterweight.addProbe' },
    { label: '$(warning) Show Problems', command: 'workbench.actions.view.problems' },
    { label: '$(output) Show Log', command: 'counterweight.showLog' },
  ];
}
