import { configArgumentSchema } from '../../protocol/commands.ts';
import { requests } from '../../protocol/messages.ts';
import type { ReadyExperimentsAnswer } from '../../protocol/readyExperiments.ts';
import { listReadyExperiments } from '../../workspace/readyExperiments.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';

/** The ready-made experiments of a config, for the picker of the client. */
export const readyExperimentsFeature: Feature = {
  name: 'readyExperiments',
  register({ connection, workspace: { session }, logger }) {
    connection.onRequest(
      requests.readyExperiments,
      guardParsed<typeof configArgumentSchema, ReadyExperimentsAnswer>(
        logger,
        'ready-made experiments',
        configArgumentSchema,
        { experiments: [] },
        async ({ configUri }) => {
          await session.documentsTaken();
          const view = session.view(configUri);
          return { experiments: view ? [...listReadyExperiments(view)] : [] };
        },
      ),
    );
  },
};
