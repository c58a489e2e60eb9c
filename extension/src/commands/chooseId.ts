import * as vscode from 'vscode';

import { idSchema } from '#protocol/messages';
import { awaitLists } from './awaitLists.ts';
import type { CommandContext } from './command.ts';

/** A run or an ablation as the picker offers it. */
interface Offered extends vscode.QuickPickItem {
  readonly id: string;
}

/** What a command on a run or an ablation asks for, where its caller names none. */
interface Choice {
  readonly title: string;
  readonly placeHolder: string;
  /** Read only once the server has told what there is. */
  readonly list: (mirror: CommandContext['mirror']) => readonly Offered[];
  readonly tellNone: (notices: CommandContext['notices']) => void;
  /** Whether the only one there is needs no picking. */
  readonly takesOnly?: true;
}

/** The id that a caller has given, or of what the user picks; undefined for none. */
export async function chooseId(
  context: Pick<CommandContext, 'mirror' | 'notices'>,
  argument: unknown,
  { title, placeHolder, list, tellNone, takesOnly }: Choice,
): Promise<string | undefined> {
  const given = idSchema.safeParse(argument);
  if (given.success) return given.data.id;
  if (!(await awaitLists(context))) return undefined;
  const items = list(context.mirror);
  if (items.length === 0) {
    tellNone(context.notices);
    return undefined;
  }
  if (takesOnly && items.length === 1) return items[0]?.id;
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.id;
}
