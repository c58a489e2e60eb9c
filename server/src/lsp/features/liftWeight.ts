import {
  type ExecuteCommandParams,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';

import { termArgumentSchema } from '../../protocol/bindings.ts';
import { serverCommands } from '../../protocol/commands.ts';
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
        const problem = view && hardCodedProblem(view, term);
        // A lens may still stand there for a moment when its number is gone.
        if (!view || !problem) return null;
        const [fix] = problem.findFixes?.() ?? [];
        if (!fix) {
          const message = `The weight of ${term} was left as it is: it is not certain that the program would do the same after the change. Give the number a name by hand.`;
          await connection.sendNotification(ShowMessageNotification.type, {
            type: MessageType.Warning,
            message,
          });
          return null;
        }
        await connection.workspace.applyEdit({
          label: fix.title,
          edit: toWorkspaceEdit(view.file, fix),
        });
        return null;
      }),
    );
  },
};
