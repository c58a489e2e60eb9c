import {
  type Connection,
  type ExecuteCommandParams,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';

import { termArgumentSchema } from '../../protocol/bindings.ts';
import { serverCommands } from '../../protocol/commands.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hardCodedProblem } from '../../workspace/hardCodedProblem.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';
import { toWorkspaceEdit } from '../toProtocol.ts';

/** What the lens and the hover of a hard-coded weight call: the same change as its quick fix makes. */
export const liftWeightFeature: Feature = {
  name: 'liftWeight',
  capabilities: { executeCommandProvider: { commands: Object.values(serverCommands) } },
  register({ connection, workspace: { session }, logger }) {
    connection.onExecuteCommand(
      guard<ExecuteCommandParams, null>(logger, 'lift a weight', null, async (params) => {
        const { configUri, term } = termArgumentSchema.parse(params.arguments?.[0]);
        const view = session.view(configUri);
        const why = view && (await lift(connection, view, term));
        if (why) {
          const message = `The weight of ${term} was left as it is: ${why}`;
          const type = MessageType.Warning;
          await connection.sendNotification(ShowMessageNotification.type, { type, message });
        }
        return null;
      }),
    );
  },
};

/** @returns why it was left as it is, where somebody has to be told */
async function lift(
  { workspace }: Pick<Connection, 'workspace'>,
  view: ConfigView,
  term: string,
): Promise<string | undefined> {
  const problem = hardCodedProblem(view, term);
  // A lens may still stand there for a moment when its number is gone.
  if (!problem) return undefined;
  const [fix] = problem.findFixes?.() ?? [];
  if (!fix) {
    return 'it is not certain that the program would do the same after the change. Give the number a name by hand.';
  }
  const { applied, failureReason } = await workspace.applyEdit({
    label: fix.title,
    edit: toWorkspaceEdit(view.file, fix),
  });
  if (applied) return undefined;
  return `the editor did not take the change. ${failureReason ?? 'Look whether its file can be written, and try again.'}`;
}
