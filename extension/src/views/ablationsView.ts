import * as vscode from 'vscode';

import type { AblationSummary } from '#protocol/ablation';
import { Coalesced } from '../client/coalesce.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { ablationContext, ablationDescription, ablationTooltip } from './ablationText.ts';
import { stateIcons } from './runText.ts';
import { refreshMilliseconds, type View } from './view.ts';

export const ablationsView: View = {
  id: 'counterweight.ablations',
  register({ mirror }) {
    const changed = new Coalesced(mirror.onDidChangeAblations, refreshMilliseconds);
    const tree = new AblationsTree(mirror, changed.event);
    return vscode.Disposable.from(
      changed,
      vscode.window.createTreeView('counterweight.ablations', { treeDataProvider: tree }),
    );
  },
};

/** The list of ablations, newest first. */
class AblationsTree implements vscode.TreeDataProvider<AblationSummary> {
  readonly #mirror: ServerMirror;
  readonly onDidChangeTreeData: vscode.Event<undefined>;

  constructor(mirror: ServerMirror, changed: vscode.Event<undefined>) {
    this.#mirror = mirror;
    this.onDidChangeTreeData = changed;
  }

  getChildren(element?: AblationSummary): AblationSummary[] {
    if (element) return [];
    return [...this.#mirror.ablations].sort((a, b) => b.createdAt - a.createdAt);
  }

  getTreeItem(ablation: AblationSummary): vscode.TreeItem {
    const item = new vscode.TreeItem(ablation.title);
    item.id = ablation.id;
    item.description = ablationDescription(ablation);
    item.tooltip = new vscode.MarkdownString(ablationTooltip(ablation));
    item.iconPath = new vscode.ThemeIcon(stateIcons[ablation.state] ?? 'circle-outline');
    item.contextValue = ablationContext(ablation);
    item.command = {
      command: 'counterweight.openReport',
      title: 'Open Report',
      arguments: [{ id: ablation.id }],
    };
    return item;
  }
}
