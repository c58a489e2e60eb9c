import './noEval.ts';

import * as vscode from 'vscode';

import { ActiveConfig } from './client/activeConfig.ts';
import { AgreedCommands } from './client/agreedCommands.ts';
import { LanguageServer } from './client/languageServer.ts';
import { Notices } from './client/notices.ts';
import { ServerMirror } from './client/serverMirror.ts';
import type { Command, CommandContext } from './commands/command.ts';
import { commands } from './commands/registry.ts';
import { ReportPanels } from './panels/reportPanels.ts';
import { TrendsPanels } from './panels/trendsPanels.ts';
import { TrendsRelay } from './panels/trendsRelay.ts';
import { ProbeGuide } from './probe/probeGuide.ts';
import { InterruptedAblations } from './progress/interruptedAblations.ts';
import { ProgressNotifications } from './progress/progressNotifications.ts';
import { StatusBar } from './statusBar/statusBar.ts';
import { views } from './views/registry.ts';

/** Builds the client and starts the server; everything made here is let go of by VS Code. */
export function activate({
  extensionUri,
  subscriptions,
  workspaceState,
}: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(item: T): T => {
    // VS Code disposes in order of creation; what was made last must go first.
    subscriptions.unshift(item);
    return item;
  };
  const log = own(vscode.window.createOutputChannel('Counterweight', { log: true }));
  const notices = new Notices(log);
  const server = own(new LanguageServer(extensionUri, log, notices));
  const mirror = own(new ServerMirror(server));
  const activeConfig = own(new ActiveConfig(server));
  const progress = own(new ProgressNotifications(server, mirror, notices));
  const trendsRelay = own(new TrendsRelay(server, log));
  const trends = own(new TrendsPanels(extensionUri, trendsRelay));
  const reports = own(new ReportPanels(extensionUri, server, mirror, notices));
  const probeGuide = own(new ProbeGuide());
  own(new StatusBar(server, mirror));
  own(progress.onDidFinishAblation((id) => reports.open(id, 'beside')));
  for (const view of views) {
    own(view.register({ extensionUri, mirror, activeConfig, trendsRelay }));
  }
  const agreed = new AgreedCommands(workspaceState);
  own(new InterruptedAblations({ server, mirror, notices, agreed, progress }));
  const panels = { trends, reports, probeGuide };
  const context = {
    extensionUri,
    server,
    mirror,
    notices,
    activeConfig,
    agreed,
    progress,
    ...panels,
  };
  for (const command of commands) own(registerCommand(command, context));
  // Not awaited: commands must answer even while the server is slow to come up.
  server.start();
}

function registerCommand(command: Command, context: CommandContext): vscode.Disposable {
  return vscode.commands.registerCommand(command.id, async (argument: unknown) => {
    try {
      await command.run(context, argument);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      context.notices.error(`${command.id} failed: ${cause}`);
    }
  });
}
