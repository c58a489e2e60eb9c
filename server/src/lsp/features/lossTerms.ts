import { configArgumentSchema } from '../../protocol/commands.ts';
import type { LossTermsAnswer } from '../../protocol/lossTerms.ts';
import { requests } from '../../protocol/messages.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';

/** The terms of a config with their weights, for the pickers of the client. */
export const lossTermsFeature: Feature = {
  name: 'lossTerms',
  register({ connection, workspace: { session }, logger }) {
    connection.onRequest(
      requests.lossTerms,
      guardParsed<typeof configArgumentSchema, LossTermsAnswer>(
        logger,
        'loss terms',
        configArgumentSchema,
        { terms: [] },
        async ({ configUri }) => {
          // A long program that was just opened is still being read.
          await session.documentsTaken();
          const file = session.view(configUri)?.file;
          const terms = (file?.terms ?? []).map(({ name, weight, valueRange }) => ({
            name,
            line: file?.lines.positionAt(valueRange.start).line ?? 0,
            ...(weight === undefined ? {} : { weight }),
          }));
          return { terms };
        },
      ),
    );
  },
};
