import * as vscode from 'vscode';

import type { RunSummary } from '#protocol/runs';
import { Coalesced } from '../client/coalesce.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import {
  runContext,
  runDescription,
  runLabel,
  runTooltip,
  stateIcons,
  stateOf,
} from './runText.ts';
import { refreshMilliseconds, type View } from './view.ts';

export const runsView: View = {
  id: 'counterweight.runs',
  register({ mirror }) {
    const changed = new Coalesced(mirror.onDidChangeRuns, refreshMilliseconds);
    const tree = new RunsTree(mirror, changed.event);
    return vscode.Disposable.from(
      changed,
      vscode.window.createTreeView('counterweight.runs', { treeDataProvider: tree }),
    );
  },
};

/** The list of runs, newest first as the server gives it. */
class RunsTree implements vscode.TreeDataProvider<RunSummary> {
  readonly #mirror: ServerMirror;
  readonly onDidChangeTreeData: vscode.Event<undefined>;

  constructor(mirror: ServerMirror, changed: vscode.Event<undefined>) {
    this.#mirror = mirror;
    this.onDidChangeTreeData = changed;
  }

  getChildren(element?: RunSummary): RunSummary[] {
    return element ? [] : [...this.#mirror.runs];
  }

  getTreeItem(run: RunSummary): vscode.TreeItem {
    const item = new vscode.TreeItem(runLabel(run));
    item.id = run.id;
    item.description = runDescription(run);
    item.tooltip = new vscode.MarkdownString(runTooltip(run));
    item.iconPath = iconOf(run);
    item.contextValue = runContext(run);
    item.accessibilityInformation = {
      label: `Run ${run.name}, ${stateOf(run)}, ${runDescription(run)}`,
    };
    return item;
  }
}

/** The icon of the state; in the colour of warnings where the run has something to tell. */
function iconOf(run: RunSummary): vscode.ThemeIcon {
  const icon = stateIcons[stateOf(run)] ?? 'circle-outline';
  if (run.notices === undefined) return new vscode.ThemeIcon(icon);
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor('list.warningForeground'));
}
