import type { Hover } from 'vscode-languageserver/node';

import { metricName } from '../../model/metricName.ts';
import type { AblateArgument } from '../../protocol/commands.ts';
import { clientCommands } from '../../protocol/commands.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hoverMarkdown } from '../../workspace/hoverText.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guard } from '../guard.ts';
import { toRange } from '../toProtocol.ts';

/** What a loss does, on the line of its weight: trend, figures, findings, provenance, actions. */
export const hoverFeature: Feature = {
  name: 'hover',
  capabilities: { hoverProvider: true },
  register(context) {
    const { connection, workspace, logger } = context;
    connection.onHover(
      guard<{ textDocument: { uri: string }; position: { line: number } }, Hover | null>(
        logger,
        'hover',
        null,
        ({ textDocument, position }) => {
          const view = workspace.session.view(textDocument.uri);
          const term = view?.file.terms.find(
            ({ valueRange }) => view.file.lines.positionAt(valueRange.start).line === position.line,
          );
          if (!view || !term) return null;
          const text = hoverMarkdown(view, term.name, {
            images: context.drawsImages,
            provenance: provenanceOf(context, view, term.name),
          });
          const range = toRange(view.file.lines, {
            start: term.keyRange.start,
            end: term.valueRange.end,
          });
          const value = `${text}\n\n${actionLinks(view, term.name)}`;
          return { range, contents: { kind: 'markdown', value } };
        },
      ),
    );
  },
};

/** Where the last value of the loss stands: file and bytes. */
function provenanceOf(
  { workspace: { session, store } }: FeatureContext,
  view: ConfigView,
  term: string,
): readonly string[] {
  const run = view.owner;
  const evidence = run && session.evidence(view.file.uri, run.id);
  const metric = evidence?.originalName(metricName.loss(term));
  const length = metric === undefined ? 0 : (store.series(run?.id ?? '', metric)?.length ?? 0);
  if (!run || metric === undefined || length === 0) return [];
  const place = store.provenance(run.id, metric, length - 1);
  return place ? [`Last value: ${place.file}, bytes ${place.byteStart}–${place.byteEnd}`] : [];
}

function actionLinks({ file }: ConfigView, term: string): string {
  const configUri = file.uri;
  const link = (title: string, command: string, argument: AblateArgument): string =>
    `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
  return [
    link('without', clientCommands.ablate, { configUri, kind: 'without', term }),
    link('only', clientCommands.ablate, { configUri, kind: 'only', term }),
    link('×2', clientCommands.ablate, { configUri, kind: 'scale', term, value: 2 }),
    link('trend', clientCommands.openTrends, { configUri }),
  ].join(' · ');
}
