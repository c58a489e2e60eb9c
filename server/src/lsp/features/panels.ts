import { notifications } from '../../protocol/messages.ts';
import { trendsViewSchema } from '../../protocol/panels/trends.ts';
import { toWire } from '../../protocol/wire.ts';
import { skippedNotice } from '../../workspace/runSummary.ts';
import { TrendsFeed } from '../../workspace/trendsFeed.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';

/** Feeds the loss-trend panels. */
export const panelsFeature: Feature = {
  name: 'panels',
  register({ connection, workspace: { session, store }, logger }) {
    const feed = new TrendsFeed(
      {
        view: (uri) => session.view(uri),
        evidence: (uri, runId) => session.evidence(uri, runId),
        skippedNotice: (runId) => skippedNotice(store.skipped(runId)),
      },
      (message) => void connection.sendNotification(notifications.trends, toWire(message)),
    );
    connection.onNotification(
      notifications.trendsView,
      guardParsed(logger, 'trends', trendsViewSchema, undefined, (view) => feed.setView(view)),
    );
    session.onDidChangeConfig((uri) => feed.refresh(uri));
  },
};
