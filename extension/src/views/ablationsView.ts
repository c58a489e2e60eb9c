import * as vscode from 'vscode';

import type { AblationSummary } from '#protocol/ablation';
import { Coalesced } from '../client/coalesce.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import {
  type AblationArm,
  ablationContext,
  ablationDescription,
  ablationTooltip,
  queueMessage,
} from './ablationText.ts';
import { stateIcons } from './runText.ts';
import { refreshMilliseconds, type View } from './view.ts';

export const ablationsView: View = {
  id: 'counterweight.ablations',
  register({ mirror }) {
    const changed = new Coalesced(mirror.onDidChangeAblations, refreshMilliseconds);
    const treeDataProvider = new AblationsTree(mirror, changed.event);
    const view = vscode.window.createTreeView('counterweight.ablations', { treeDataProvider });
    return vscode.Disposable.from(
      changed,
      view,
      mirror.onDidChangeAblations(() => showQueue(mirror, view)),
    );
  },
};

/** The pause stands above the list, and decides which button is offered. */
function showQueue({ queue }: ServerMirror, view: vscode.TreeView<Element>): void {
  const message = queueMessage(queue) ?? '';
  if (view.message !== message) view.message = message;
  void vscode.commands.executeCommand('setContext', 'counterweight.queuePaused', queue.paused);
}

/** An ablation, or a run of one. */
type Element = AblationSummary | AblationArm;

/** The list of ablations, newest first, each with its runs. */
class AblationsTree implements vscode.TreeDataProvider<Element> {
  readonly #mirror: ServerMirror;
  readonly onDidChangeTreeData: vscode.Event<undefined>;

  constructor(mirror: ServerMirror, changed: vscode.Event<undefined>) {
    this.#mirror = mirror;
    this.onDidChangeTreeData = changed;
  }

  getChildren(element?: Element): Element[] {
    if (!element) return [...this.#mirror.ablations].sort((a, b) => b.createdAt - a.createdAt);
    return 'runs' in element ? [...element.runs] : [];
  }

  getTreeItem(element: Element): vscode.TreeItem {
    return 'runs' in element ? ablationItem(element) : armItem(element);
  }
}

function ablationItem(ablation: AblationSummary): vscode.TreeItem {
  const item = new vscode.TreeItem(ablation.title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = ablation.id;
  item.description = ablationDescription(ablation);
  item.tooltip = new vscode.MarkdownString(ablationTooltip(ablation));
  item.iconPath = iconOf(ablation.state);
  item.contextValue = ablationContext(ablation);
  item.command = {
    command: 'counterweight.openReport',
    title: 'Open Report',
    arguments: [{ id: ablation.id }],
  };
  return item;
}

function armItem({ variant, seed, state }: AblationArm): vscode.TreeItem {
  const item = new vscode.TreeItem(`${variant}, seed ${seed}`);
  item.description = state === 'running' ? '' : state;
  item.iconPath = iconOf(state);
  item.contextValue = 'arm';
  item.accessibilityInformation = { label: `${variant}, seed ${seed}, ${state}` };
  return item;
}

function iconOf(state: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(stateIcons[state] ?? 'circle-outline');
}
