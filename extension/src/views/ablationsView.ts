import * as vscode from 'vscode';

import type { AblationSummary } from '#protocol/ablation';
import type { RunSummary } from '#protocol/runs';
import { Coalesced } from '../client/coalesce.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import { splitTitle } from '../progress/progressText.ts';
import {
  type AblationArm,
  ablationContext,
  ablationDescription,
  ablationIconState,
  ablationTooltip,
  armDescription,
  queueMessage,
} from './ablationText.ts';
import { runTooltip, stateIcons } from './runText.ts';
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

/** A run of an ablation, and what is known of it once it has begun. */
interface ArmElement {
  readonly arm: AblationArm;
  readonly run: RunSummary | undefined;
  /** By which its folder is shown. */
  readonly id: string | undefined;
}

/** An ablation, or a run of one. */
type Element = AblationSummary | ArmElement;

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
    return 'runs' in element ? armsOf(element, this.#mirror) : [];
  }

  getTreeItem(element: Element): vscode.TreeItem {
    return 'runs' in element ? ablationItem(element, this.#mirror) : armItem(element);
  }
}

function armsOf(ablation: AblationSummary, { runs }: ServerMirror): ArmElement[] {
  const known = new Map(runs.map((run) => [run.name, run]));
  return ablation.runs.map((arm) => {
    const run = known.get(arm.runId);
    return { arm, run, id: run?.id };
  });
}

function ablationItem(ablation: AblationSummary, { queue }: ServerMirror): vscode.TreeItem {
  const { name } = splitTitle(ablation.title);
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = ablation.id;
  item.description = ablationDescription(ablation, queue);
  item.tooltip = new vscode.MarkdownString(ablationTooltip(ablation));
  item.iconPath = iconOf(ablationIconState(ablation));
  item.contextValue = ablationContext(ablation);
  item.command = {
    command: 'counterweight.openReport',
    title: 'Open Report',
    arguments: [{ id: ablation.id }],
  };
  return item;
}

function armItem({ arm, run }: ArmElement): vscode.TreeItem {
  const { label, seed, state } = arm;
  const item = new vscode.TreeItem(`${label}, seed ${seed}`);
  item.description = armDescription(arm, run);
  if (run) item.tooltip = new vscode.MarkdownString(runTooltip(run));
  item.iconPath = iconOf(state);
  item.contextValue = run ? 'arm.known' : 'arm';
  item.accessibilityInformation = { label: `${label}, seed ${seed}, ${state}` };
  return item;
}

function iconOf(state: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(stateIcons[state] ?? 'circle-outline');
}
