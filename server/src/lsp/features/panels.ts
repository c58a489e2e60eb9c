import { notifications } from '../../protocol/messages.ts';
import {
  type TrendsMessage,
  trendsRangeSchema,
  trendsViewSchema,
} from '../../protocol/panels/trends.ts';
import { toWire } from '../../protocol/wire.ts';
import { skippedNotice } from '../../workspace/runSummary.ts';
import { TrendsDetails } from '../../workspace/trendsDetails.ts';
import { TrendsFeed, type TrendsSource } from '../../workspace/trendsFeed.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';

/** Feeds the loss-trend panels. */
export const panelsFeature: Feature = {
  name: 'panels',
  register({ connection, workspace: { session, store, ingest, catalog }, logger }) {
    const source: TrendsSource = {
      view: (uri) => session.view(uri),
      evidence: (uri, runId) => session.evidence(uri, runId),
      skippedNotice: (runId) => skippedNotice(store.skipped(runId), catalog.find(runId)),
      restore: (request, token) => ingest.restore(request, token),
    };
    const send = (message: TrendsMessage): void =>
      void connection.sendNotification(notifications.trends, toWire(message));
    const feed = new TrendsFeed(source, send);
    const details = new TrendsDetails(source, send, (uri) => feed.refresh(uri));
    connection.onNotification(
      notifications.trendsView,
      guardParsed(logger, 'trends', trendsViewSchema, undefined, (view) => {
        if (!view.open) details.close(view.configUri);
        feed.setView(view);
      }),
    );
    connection.onNotification(
      notifications.trendsRange,
      guardParsed(logger, 'trends', trendsRangeSchema, undefined, (range) => details.show(range)),
    );
    session.onDidChangeConfig((uri) => feed.refresh(uri));
  },
};
