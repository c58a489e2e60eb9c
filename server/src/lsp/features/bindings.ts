import { LineIndex } from '../../base/lineIndex.ts';
import { rankMetrics } from '../../discovery/rankMetrics.ts';
import {
  type CorrectionAnswer,
  correctionSchema,
  type TermMetricsAnswer,
  termArgumentSchema,
} from '../../protocol/bindings.ts';
import { requests } from '../../protocol/messages.ts';
import type { MetricStore } from '../../store/metricStore.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { correctBinding } from '../../workspace/correctBinding.ts';
import type { Feature } from '../feature.ts';
import { guardParsed } from '../guard.ts';
import { toRange } from '../toProtocol.ts';

/** Corrects, in `counterweight.yaml`, how a config is bound to its runs and a term to its metric. */
export const bindingsFeature: Feature = {
  name: 'bindings',
  register({ connection, workspace: { session, store }, logger }) {
    connection.onRequest(
      requests.termMetrics,
      guardParsed<typeof termArgumentSchema, TermMetricsAnswer>(
        logger,
        'metrics of a term',
        termArgumentSchema,
        { metrics: [] },
        ({ configUri, term }) => {
          const view = session.view(configUri);
          return view ? metricsOf(view, term, store) : { metrics: [] };
        },
      ),
    );
    connection.onRequest<CorrectionAnswer, void>(
      requests.correctBinding,
      guardParsed<typeof correctionSchema, CorrectionAnswer>(
        logger,
        'a correction',
        correctionSchema,
        { problem: 'The language server could not make the change; its log says why.' },
        async ({ configUri, correction }) => {
          const view = session.view(configUri);
          if (!view) return { problem: 'The config is not open: open it and try again.' };
          const edit = await correctBinding(session, view, correction);
          if (!edit.ok) return { problem: edit.error };
          const { path, text, change } = edit.value;
          const range = toRange(new LineIndex(text ?? ''), change.range);
          return { path, isNew: text === undefined, range, newText: change.newText };
        },
      ),
    );
  },
};

/** Those of the run that speaks for the config, else of the newest that has logged anything. */
function metricsOf(view: ConfigView, term: string, store: MetricStore): TermMetricsAnswer {
  const { owner, runs, insights } = view;
  const candidates = owner ? [owner, ...runs] : runs;
  const run = candidates.find(({ id }) => store.metrics(id).length > 0);
  if (!run) return { metrics: [] };
  const bound = insights.get(term)?.source?.metric;
  const metrics = rankMetrics(term, store.metrics(run.id)).map((metric) => ({
    ...metric,
    bound: metric.name === bound,
  }));
  return { run: run.name, metrics };
}
